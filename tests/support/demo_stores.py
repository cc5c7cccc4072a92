"""What the exporters of MongoDB, Redis, RabbitMQ and ingress-nginx tell.

Names and labels: https://github.com/percona/mongodb_exporter (exporter/metrics.go makes them of serverStatus and
replSetGetStatus), https://github.com/oliver006/redis_exporter (exporter/exporter.go),
https://github.com/rabbitmq/rabbitmq-server/blob/main/deps/rabbitmq_prometheus/metrics.md,
https://github.com/kubernetes/ingress-nginx/tree/main/internal/ingress/metric/collectors
"""

from tests.support.demo_exporters import Shape, clock, counts, flat, grows, histogram, moment, waves
from tests.support.demo_workloads import MIB

_DAY = 86400.0
_DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def mongodb(member: int) -> dict[str, Shape]:
    """A member of a replica set of two: the first is its primary."""
    states = ("PRIMARY", "SECONDARY")
    who = f'cl_id="",cl_role="mongod",rs_nm="rs0",rs_state="{member + 1}"'
    found = {f"mongodb_{name}{{{who}}}": shape for name, shape in _server_status(member).items()}
    for name, per_second in (("insert", 20), ("query", 200), ("update", 30), ("delete", 2), ("getmore", 40)):
        found[f'mongodb_ss_opcounters{{{who},legacy_op_type="{name}"}}'] = counts(per_second)
        found[f'mongodb_ss_opcountersRepl{{{who},legacy_op_type="{name}"}}'] = counts(per_second / 10)
    for name, value in (("current", 120), ("available", 51_080), ("active", 12)):
        found[f'mongodb_ss_connections{{{who},conn_type="{name}"}}'] = flat(value)
    for name in ("total", "readers", "writers"):
        found[f'mongodb_ss_globalLock_currentQueue{{{who},count_type="{name}"}}'] = flat(0)
    for name in ("reads", "writes", "commands"):
        found[f'mongodb_ss_opLatencies_latency{{{who},op_type="{name}"}}'] = counts(9e4)
        found[f'mongodb_ss_opLatencies_ops{{{who},op_type="{name}"}}'] = counts(90)
    for name in ("total", "noTimeout", "pinned"):
        found[f'mongodb_ss_metrics_cursor_open{{{who},csr_type="{name}"}}'] = flat(3)
    for peer, state in enumerate(states):
        labels = f'{who},member_idx="mongodb-{peer}:27017",member_state="{state}"'
        found[f"mongodb_rs_members_state{{{labels}}}"] = flat(peer + 1)
        found[f"mongodb_rs_members_health{{{labels}}}"] = flat(1)
        written = clock()
        found[f"mongodb_rs_members_optimeDate{{{labels}}}"] = Shape(
            lambda seconds, begin, late=2.0 * peer, now=written: 1000 * (now.of(seconds, begin) - late)
        )
    return found


def _server_status(member: int) -> dict[str, Shape]:
    wt = "ss_wt_cache"
    return {
        "up": flat(1),
        "ss_uptime": grows(_DAY, 3600),
        "ss_mem_resident": grows(300, 1),
        "ss_mem_virtual": flat(1500),
        f"{wt}_bytes_currently_in_the_cache": waves(180 * MIB, 10 * MIB),
        f"{wt}_maximum_bytes_configured": flat(256 * MIB),
        f"{wt}_tracked_dirty_bytes_in_the_cache": waves(6 * MIB, 2 * MIB),
        f"{wt}_pages_read_into_cache": counts(3),
        f"{wt}_pages_written_from_cache": counts(5),
        f"{wt}_pages_evicted_by_application_threads": counts(0.01),
        f"{wt}_unmodified_pages_evicted": counts(2),
        "ss_extra_info_page_faults": counts(0.1),
        "ss_network_bytesIn": counts(5e4),
        "ss_network_bytesOut": counts(2e5),
        "rs_myState": flat(member + 1),
        "rs_term": flat(7),
        "rs_electionCandidateMetrics_electionTerm": flat(7),
    }


def redis(member: int) -> dict[str, Shape]:
    """A master, and a replica of it. Names are without redis_exporter's prefix, which is put before them here."""
    role = "slave" if member else "master"
    link = 'master_host="redis-0",master_port="6379"'
    peer = 'slave_ip="10.0.1.2",slave_port="6379",slave_state="online"'
    found = {
        "up": flat(1),
        f'instance_info{{role="{role}",redis_version="7.2.4",redis_mode="standalone",'
        'maxmemory_policy="allkeys-lru",tcp_port="6379"}': flat(1),
        "start_time_seconds": moment(-_DAY),
        "uptime_in_seconds": grows(_DAY, 3600),
        "memory_used_bytes": grows(180 * MIB, 4 * MIB),
        "memory_used_rss_bytes": grows(230 * MIB, 4 * MIB),
        "memory_used_peak_bytes": flat(260 * MIB),
        "memory_used_lua_bytes": flat(40_000),
        "memory_used_dataset_bytes": grows(150 * MIB, 4 * MIB),
        "memory_used_overhead_bytes": flat(30 * MIB),
        "memory_max_bytes": flat(384 * MIB),
        "config_maxmemory": flat(384 * MIB),
        "config_maxclients": flat(10_000),
        "mem_fragmentation_ratio": waves(1.25, 0.05),
        "mem_fragmentation_bytes": flat(40 * MIB),
        "mem_clients_normal": flat(2 * MIB),
        "mem_clients_slaves": flat(MIB),
        "evicted_keys_total": counts(0.2),
        "expired_keys_total": counts(3),
        "keyspace_hits_total": counts(400),
        "keyspace_misses_total": counts(25),
        "commands_processed_total": counts(900),
        "connected_clients": flat(60),
        "blocked_clients": flat(1),
        "connections_received_total": counts(1),
        "rejected_connections_total": flat(0),
        "net_input_bytes_total": counts(2e5),
        "net_output_bytes_total": counts(9e5),
        "slowlog_length": flat(4),
        "rdb_last_save_timestamp_seconds": moment(0),
        "rdb_changes_since_last_save": grows(10, 100),
        "rdb_last_bgsave_status": flat(1),
        "aof_last_write_status": flat(1),
        "master_repl_offset": counts(1e4),
        "connected_slaves": flat(0 if member else 1),
        'db_keys{db="db0"}': flat(2e5),
        'db_keys_expiring{db="db0"}': flat(5e4),
        'commands_total{cmd="get"}': counts(600),
        'commands_duration_seconds_total{cmd="get"}': grows(50, 30),
    }
    found |= (
        {f"master_link_up{{{link}}}": flat(1), f"master_last_io_seconds_ago{{{link}}}": flat(1)}
        if member
        else {f"connected_slave_lag_seconds{{{peer}}}": flat(0), f"connected_slave_offset_bytes{{{peer}}}": counts(1e4)}
    )
    return {f"redis_{name}": shape for name, shape in found.items()}


def rabbitmq(member: int) -> dict[str, Shape]:
    """A node, and its queue, as /metrics/per-object tells of it. The prefix is put before the names here."""
    node = f'rabbitmq_node="rabbit@rabbitmq-{member}",rabbitmq_cluster="rabbitmq"'
    queue = f'{{vhost="/",queue="orders-{member}"}}'
    found = {
        f"identity_info{{{node}}}": flat(1),
        'build_info{rabbitmq_version="3.13.1",erlang_version="26.2.3"}': flat(1),
        "process_resident_memory_bytes": grows(160 * MIB, 2 * MIB),
        "resident_memory_limit_bytes": flat(204 * MIB),
        "disk_space_available_bytes": grows(6e9, -1e7),
        "disk_space_available_limit_bytes": flat(5e7),
        "process_open_fds": flat(90),
        "process_max_fds": flat(65536),
        "alarms_memory_used_watermark": flat(0),
        "alarms_free_disk_space_watermark": flat(0),
        "alarms_file_descriptor_limit": flat(0),
        "connections": flat(24),
        "connections_opened_total": counts(0.1),
        "connections_closed_total": counts(0.1),
        "channels": flat(48),
        "consumers": flat(16),
        "queues": flat(1),
        "erlang_processes_used": flat(600),
        "erlang_processes_limit": flat(1_048_576),
        "erlang_uptime_seconds": grows(_DAY, 3600),
        f"queue_messages{queue}": grows(120, 30),
        f"queue_messages_ready{queue}": grows(100, 30),
        f"queue_messages_unacked{queue}": flat(20),
        f"queue_messages_ram_bytes{queue}": grows(MIB, 1e5),
        f"queue_process_memory_bytes{queue}": grows(2 * MIB, 1e5),
        f"queue_consumers{queue}": flat(8),
    }
    kept = 'protocol="amqp091",queue_type="rabbit_classic_queue"'
    for name, per_second in (("delivered", 49), ("acknowledged", 49), ("redelivered", 0.1)):
        found[f"global_messages_{name}_total{{{kept}}}"] = counts(per_second)
    for name, per_second in (("received", 50), ("confirmed", 50), ("routed", 50), ("unroutable_dropped", 0.01)):
        found[f'global_messages_{name}_total{{protocol="amqp091"}}'] = counts(per_second)
    named = {f"rabbitmq_{name}": shape for name, shape in found.items()}
    # A peer that is not `up` (3) is a partition, or a node that is down.
    return named | {f'erlang_vm_dist_node_state{{peer="rabbit@rabbitmq-{1 - member}"}}': flat(3)}


def ingress_nginx(pod: str) -> dict[str, Shape]:
    """A controller and its two ingresses, scraped so that its own namespace is kept apart (exported_namespace)."""
    found = {
        f"nginx_ingress_controller_{name}": shape
        for name, shape in {
            'build_info{build="a1b2c3",release="v1.11.3"}': flat(1),
            "success": counts(0.01),
            "errors": flat(0),
            "config_last_reload_successful": flat(1),
            "config_last_reload_successful_timestamp_seconds": moment(0),
            'ssl_expire_time_seconds{host="shop.example.org"}': moment(60 * _DAY),
            "nginx_process_requests_total": counts(60),
            "nginx_process_resident_memory_bytes": waves(120 * MIB, 4 * MIB),
            "nginx_process_cpu_seconds_total": counts(0.1),
            'nginx_process_connections{state="waiting"}': flat(40),
            'nginx_process_connections{state="writing"}': flat(4),
            'nginx_process_connections{state="reading"}': flat(0),
            'nginx_process_connections_total{state="accepted"}': counts(6),
        }.items()
    }
    controller = f'controller_class="k8s.io/ingress-nginx",controller_namespace="ingress-nginx",controller_pod="{pod}"'
    for ingress, canary in (("cart", ""), ("orders", ""), ("cart", "shop-cart-canary-80")):
        labels = (
            f'{controller},exported_namespace="shop",ingress="{ingress}",exported_service="{ingress}",'
            f'canary="{canary}",host="shop.example.org",method="GET",path="/{ingress}"'
        )
        for status, per_second in (("200", 20), ("404", 0.5), ("502", 0.1)):
            found[f'nginx_ingress_controller_requests{{{labels},status="{status}"}}'] = counts(per_second)
        for name, mean in (("request", 0.12), ("response", 0.1)):
            own = f'{labels},status="200"'
            found |= histogram(f"nginx_ingress_controller_{name}_duration_seconds", own, 20, _DURATIONS, mean)
    return found
