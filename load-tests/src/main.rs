//! `load-tests`: load, benchmarks and kill -9 against the shipped binary, from outside.

mod accounting;
mod bench;
mod crash;
mod crew;
mod run;
mod scenario;
mod server;
mod survive;
mod wav;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Load, benchmarks and kill -9 against the shipped binary")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Offers the load of a scenario and reports; exits with 1 when a call was lost or badly treated
    Run(run::RunArguments),
    /// Compares CPU with sipp, Kamailio and rtpengine, and latency with the disk; under 10 minutes
    Bench(bench::BenchArguments),
    /// Kills the server with SIGKILL at random moments under load and checks that nothing acknowledged is lost
    Crash(crash::CrashArguments),
    /// Kills the trunk role with SIGKILL under live calls with sound on both sides; exits with 1 when too few go on
    Survive(survive::SurviveArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let passed = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments).await,
        Command::Bench(arguments) => bench::bench(&arguments).await,
        Command::Crash(arguments) => crash::crash(&arguments).await,
        Command::Survive(arguments) => survive::survive(&arguments).await,
    };
    match passed {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}
