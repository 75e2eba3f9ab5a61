//! The Sigap 112 binary: one program, several roles and tools.

mod clock;
mod config;
mod keys;
mod logging;
mod roles;
mod seal_keys;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The system's allocator keeps what each thread once held (docs/adr/0013).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Emergency call centre of one kabupaten or kota (Nomor Tunggal Panggilan Darurat 112).
#[derive(Parser)]
#[command(name = "sigap", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every role in one process: SIP, desk, API and console
    Serve(Box<config::Flags>),
    /// Run the half that holds live calls alone: SIP, media, recording, journal
    Trunk(Box<config::Flags>),
    /// Run the half that holds incidents alone: store, API, console; calls come over the call link
    Desk(Box<config::Flags>),
    /// Check the configuration and try what it names beside it: the speech program; exit 0 when all is right
    Check(Box<config::Flags>),
    /// Check the supervision log of a store or an export; exit 0 when it is whole, 1 with the first bad entry
    Verify(tools::verify::Args),
    /// Write the supervision log for verification elsewhere, one entry a line
    Export(tools::export::Args),
    /// Print the figures of a period, out of the store or computed again from an export of the log
    Report(tools::report::Args),
    /// List certificates, request one from an authority, take its answer, make a new key of the seal
    Certificate(tools::certificate::Args),
    /// Collect what an auditor asks for in one folder: log, verdict, figures of 24 months, changes, accesses, keys
    AuditPack(tools::audit_pack::Args),
    /// Add people, set their passwords, list them
    User(tools::user::Args),
    /// Import the official outlines of areas, and the kabupaten's own places
    Area(tools::area::Args),
    /// Place real SIP calls from a seeded city, on this machine only
    Simulate(tools::simulate::Args),
    /// Print the OpenAPI document of the API
    Openapi,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(flags) => roles::serve::run(&flags),
        Command::Trunk(flags) => roles::trunk::run(&flags),
        Command::Desk(flags) => roles::desk::run(&flags),
        Command::Check(flags) => tools::check::run(&flags),
        Command::Verify(args) => tools::verify::run(&args),
        Command::Export(args) => tools::export::run(&args),
        Command::Report(args) => tools::report::run(&args),
        Command::Certificate(args) => tools::certificate::run(&args),
        Command::AuditPack(args) => tools::audit_pack::run(&args),
        Command::User(args) => tools::user::run(&args),
        Command::Area(args) => tools::area::run(&args),
        Command::Simulate(args) => tools::simulate::run(args),
        Command::Openapi => tools::openapi::run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("sigap: {error:#}");
        ExitCode::from(if error.is::<config::Mistakes>() { 2 } else { 1 })
    })
}
