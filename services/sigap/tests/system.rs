//! System tests: the real binary, real sockets, real sipp, both stores.
//!
//! Every test starts `sigap serve` of its own in a temporary folder and talks to it from outside only: SIP over
//! UDP and TCP, HTTP, the WebSocket feed, signals, the tools. A server that wrote a caller's number, a place or a
//! panic to its log fails its test when the test ends, whatever the test was about.

mod system {
    mod harness;

    mod abandoned_calls;
    mod acknowledge_races;
    mod area_import;
    mod audit_pack;
    mod bad_http;
    mod bad_sip;
    mod channels;
    mod configuration;
    mod consoles;
    mod crash_under_load;
    mod duplicates;
    mod feed;
    mod figures;
    mod fuzz;
    mod halves;
    mod idempotency;
    mod impaired;
    mod ladder;
    mod neighbours;
    mod places_import;
    mod proofs;
    mod repeated_orders;
    mod screened;
    mod sealed_reports;
    mod store_away;
    mod strangers;
    mod user_tool;
    mod voice;
    mod webhook;
    mod whole_thread;
}
