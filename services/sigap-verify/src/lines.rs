//! The lines of an export, read on all processors and taken in their order.
//!
//! One thread cuts the file into blocks of whole lines and hands them out in turn; each worker reads its blocks
//! (JSON, hex, copies, the leaf's own hash) and hands them back in turn; the chain and the tree, which need the line
//! before, are grown here. A few blocks are under way at a time, whatever the size of the file.

use std::io::{BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use supervision_log::{ExportError, ExportLine, ExportVerifier, Trust, VerifiedExport};

/// Bytes that a worker is handed at once, and after which no line goes on: an entry has at most a few million.
const BLOCK_BYTES: usize = 256 * 1024;
const LINE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Blocks that wait for each worker, and read ones that wait for the chain.
const BLOCKS_WAITING: usize = 2;

type Block = Result<Vec<u8>, String>;
type ReadBlock = Vec<Result<ExportLine, String>>;

/// The first line without its line feed, which says what the file is; empty when there is none.
pub fn first(input: &mut impl BufRead) -> Result<String, String> {
    let mut line = Vec::new();
    input.take(LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
    text_of(&line).map(str::to_owned)
}

/// Verifies an export whose first line was read.
pub fn verify(
    first: &str,
    input: &mut (impl BufRead + Send),
    trust: &Trust,
) -> Result<VerifiedExport, ExportError<String>> {
    if first.is_empty() {
        return supervision_log::verify_export(std::iter::empty(), trust);
    }
    let mut export = ExportVerifier::new(first, trust)?;
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let (mut to, mut from): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        for _ in 0..workers {
            let (blocks, blocks_of_worker) = sync_channel::<Block>(BLOCKS_WAITING);
            let (read, read_blocks) = sync_channel::<ReadBlock>(BLOCKS_WAITING);
            scope.spawn(move || work(&blocks_of_worker, &read));
            to.push(blocks);
            from.push(read_blocks);
        }
        scope.spawn(move || hand_out(input, &to));
        // A bad entry ends it here: what the others still hold is dropped with the channels.
        for read_blocks in from.iter().cycle() {
            let Ok(block) = read_blocks.recv() else { break };
            for line in block {
                match line {
                    Ok(line) => export.take(line)?,
                    Err(problem) => return Err(export.unreadable(problem)),
                }
            }
        }
        drop(from);
        export.finish()
    })
}

/// Hands out blocks of whole lines in turn, until the end of the input or of the interest.
fn hand_out(input: &mut impl BufRead, to: &[SyncSender<Block>]) {
    for worker in to.iter().cycle() {
        let block = block(input);
        let is_last = block.as_ref().map_or(true, Vec::is_empty);
        let is_empty = block.as_ref().is_ok_and(Vec::is_empty);
        if is_empty || worker.send(block).is_err() || is_last {
            return;
        }
    }
}

/// The next bytes up to the end of a line; empty at the end of the input.
fn block(input: &mut impl BufRead) -> Block {
    let mut bytes = Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 4);
    let mut cut = |input: &mut dyn BufRead| -> std::io::Result<()> {
        input.take(BLOCK_BYTES as u64).read_to_end(&mut bytes)?;
        if bytes.last().is_some_and(|last| *last != b'\n') {
            input.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
        }
        Ok(())
    };
    cut(input).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn work(blocks: &Receiver<Block>, read: &SyncSender<ReadBlock>) {
    for block in blocks {
        let lines = match block {
            Ok(bytes) => read_lines(&bytes),
            Err(problem) => vec![Err(problem)],
        };
        if read.send(lines).is_err() {
            return;
        }
    }
}

fn read_lines(bytes: &[u8]) -> ReadBlock {
    let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    whole.split(|byte| *byte == b'\n').map(|line| text_of(line).map(ExportLine::read)).collect()
}

/// A line without its line feed, and without the carriage return that other systems put before it.
fn text_of(line: &[u8]) -> Result<&str, String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    std::str::from_utf8(line).map_err(|error| error.to_string())
}
