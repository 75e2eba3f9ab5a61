//! `sigap simulate`: real SIP calls from a seeded city, for demonstrations and training.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::ValueEnum;
use simulator::sip_agent;

use super::block_on;

/// Arguments of `sigap simulate`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// How many calls
    #[arg(long, default_value_t = 10)]
    calls: usize,
    /// Calls a second, on average
    #[arg(long, default_value_t = 1.0)]
    rate: f64,
    /// The same seed gives the same calls
    #[arg(long, default_value_t = 112)]
    seed: u64,
    /// Where Sigap listens for SIP; must be on this machine
    #[arg(long, default_value = "127.0.0.1:5060")]
    to: SocketAddr,
    /// Transport
    #[arg(long, value_enum, default_value_t = Transport::Udp)]
    transport: Transport,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Transport {
    /// Datagrams
    Udp,
    /// One stream
    Tcp,
}

/// Places the calls and prints what came of them; exit 1 when one was not treated as it must be.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let transport = match args.transport {
        Transport::Udp => sip_agent::Transport::Udp,
        Transport::Tcp => sip_agent::Transport::Tcp,
    };
    let options = simulator::SimulateOptions {
        transport,
        ..simulator::SimulateOptions::new(args.seed, args.calls, args.rate, args.to)
    };
    let report = block_on(async { Ok(simulator::simulate(options).await?) })?;
    println!("{report}");
    Ok(if report.failed_count() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
