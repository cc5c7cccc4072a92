"""What rules on scraped programs share: telling targets apart, and naming them. Pure."""

# One target, however many jobs scrape it. `cluster` is empty where nobody sets it; `pod` is, outside Kubernetes. Of
# programs that tell of themselves, `container` is their own and not an exporter's: those are told by it.
TARGET = "cluster, namespace, pod, instance"

# Who it is, in a description.
AT_TARGET = "{{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.instance }})"
AT_CONTAINER = "{{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.container }})"
