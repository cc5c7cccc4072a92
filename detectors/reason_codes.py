"""Which way each reason of a verdict points. Loads nothing heavy: pages and commands need it without numpy.

What leaves a verdict untold (`too_young`, `no_samples`, `no_recent_samples`) speaks against calling it a leak.
"""

FOR_LEAK = frozenset(
    {
        *("oom_loop", "same_slope_each_lifetime", "rising_floor", "windows_agree", "new_records", "higher_each_day"),
        *("goes_on", "spread", "reaches_limit", "exceeds_accepted", "at_own_bound"),
    }
)
AGAINST_LEAK = frozenset(
    {
        *("level_held_before", "flat_floor", "growth_too_slow", "load_explains", "refills", "plateau", "fell_back"),
        *("growth_decays", "steps", "same_hour_as_high", "no_clear_trend", "page_cache", "accepted"),
        *("too_young", "no_samples", "no_recent_samples", "alike_each_lifetime", "like_its_replicas"),
        *("moved_between_replicas", "limit_below_rest", "as_many_fall"),
    }
)
