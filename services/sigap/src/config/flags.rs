//! The flags of the roles, each written down once.

use std::collections::BTreeMap;
use std::path::PathBuf;

macro_rules! flags {
    ($($(#[$about:meta])* $name:ident;)*) => {
        /// Flags of the roles. Each has an environment variable (`SIGAP_` and the name in capitals) and a key in
        /// `sigap.toml` (the name with underscores); the flag wins over the variable, the variable over the file.
        #[derive(Clone, Debug, Default, clap::Args)]
        pub struct Flags {
            /// Configuration file [SIGAP_CONFIG; default: sigap.toml in the data folder, if it is there]
            #[arg(long)]
            pub config: Option<PathBuf>,
            $($(#[$about])* #[arg(long)] pub $name: Option<String>,)*
        }

        impl Flags {
            /// Every key besides `config`.
            pub(super) const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// The flags that were given.
            pub(super) fn by_name(&self) -> BTreeMap<&'static str, String> {
                let values = [$((stringify!($name), &self.$name),)*];
                values.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect()
            }
        }
    };
}

flags! {
    /// Folder for the store, the journal and the keys [default: data]
    data_dir;
    /// Address of the console and the API [default: 127.0.0.1:8112]
    http;
    /// Address of SIP, UDP and TCP [default: 127.0.0.1:5060]
    sip;
    /// PostgreSQL URL, may name several hosts; the embedded store when absent
    database_url;
    /// Example area, agencies and users; trusts 127.0.0.0/8 as a trunk; never for real calls
    #[arg(num_args = 0..=1, default_missing_value = "true")]
    demo;
    /// Which of the two centres of the demo: 19.03 Bangka Selatan or 19.04 Bangka Tengah [default: 19.03]
    demo_centre;
    /// Address on which the other one listens, with the same ports as this one; the demo has no neighbour without it
    demo_neighbour;
    /// Zone of the clocks in the room: Asia/Jakarta, Asia/Makassar or Asia/Jayapura [default: Asia/Jakarta]
    zone;
    /// How the centre calls itself on paper [default: Pusat Layanan Panggilan Darurat 112]
    centre_name;
    /// The government over official documents, as PEMERINTAH KABUPATEN BANGKA SELATAN [default: none]
    centre_government;
    /// Address and telephone over official documents [default: none]
    centre_address;
    /// Address for Contact and SDP, when it is not the socket's own
    public_address;
    /// Ports for RTP [default: 20000-29999]
    rtp_ports;
    /// Address of SIP over TLS; none without it
    tls;
    /// Our certificate for it and its chain, PEM file
    tls_certificate;
    /// Its private key, PEM file
    tls_key;
    /// Who signs the certificates of the trunks, PEM file
    tls_client_ca;
    /// Address that browsers send audio to [default: the address of --http]
    media_address;
    /// UDP port of the browsers' audio, one for all [default: the number of the port of --http]
    seat_port;
    /// Folder of the recordings [default: recordings in the data folder]
    recordings_dir;
    /// MiB that must be free where recordings lie, below it an alarm [default: 2048]
    recordings_free_mib;
    /// Socket between `sigap trunk` and `sigap desk` [default: trunk.sock in the data folder]
    link;
    /// Seconds of ringing before the queue announcement answers [default: 6]
    queue_answer_after_s;
    /// Calls held at once, above it 503 [default: 8192]
    live_calls_max;
    /// Seconds that a stop waits for live calls [default: 10]
    drain_for_s;
    /// Seconds between signatures of the supervision log [default: 60]
    checkpoint_every_s;
    /// Hours that a session lasts [default: 12]
    session_hours;
    /// Origins besides our own that may open the feed, comma separated
    origins;
    /// Whose seat rings first: longest_idle, ring_all or skill [default: longest_idle]
    ring_order;
    /// Skills by emergency service for the order skill, comma separated: sos.police=polisi,sos.fire=damkar
    service_skills;
    /// Seconds that one seat rings before the next does [default: 15]
    ring_s;
    /// Seconds that the place of a caller who hung up is kept for a redial [default: 60]
    redial_keep_s;
    /// Seconds of waiting before a call is offered outside; never when absent
    overflow_after_s;
    /// Where it is offered then: a sip: or tel: address of a phone group or the neighbouring centre
    overflow_target;
    /// Beginnings of numbers and addresses that may be called besides [[contact]], comma separated
    dial_allow;
    /// Internal networks that agencies' channels may be sent to, comma separated: 10.20.0.0/16
    channel_allow;
    /// When agencies' channels are tested each week, by the clocks in the room, as in senin 10:00; never when absent
    channel_test;
    /// Log filter [default: info,rsipstack=warn,sqlx=warn]
    log;
    /// text or json [default: text]
    log_format;
}
