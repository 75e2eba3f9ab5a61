//! Charts: every number stands on them, so that none has to be guessed from a length or a shade.

use crate::content::{Bars, Grid};
use crate::flow::{Flow, WIDTH};
use crate::ink::{Ink, Part, Tone, Tree};
use crate::type_face::TypeFace;

const SIZE: f32 = 8.0;
const BAR: f32 = 11.0;
const STEP: f32 = 15.0;
/// The names of bars take this much of the width, the bars that much, the numbers the rest.
const NAMES: f32 = 0.32;
const BARS: f32 = 0.54;
const FIELD: f32 = 13.0;

/// Bars, one below the other.
pub(crate) fn bars(flow: &mut Flow, chart: &Bars) {
    title(flow, &chart.title);
    let most = chart.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let mut contents = Vec::new();
    for bar in &chart.bars {
        flow.need(STEP);
        let (y, left) = (flow.y(), Flow::LEFT);
        let names = TypeFace::Regular.lines(&bar.label, SIZE, WIDTH * NAMES - 6.0);
        let name = names.into_iter().next().unwrap_or_default();
        let length = if most > 0.0 { (bar.value / most) as f32 * WIDTH * BARS } else { 0.0 };
        let begin = left + WIDTH * NAMES;
        let text = |x, text| Ink::Text {
            x,
            baseline: y + SIZE + 0.8,
            size: SIZE,
            face: TypeFace::Regular,
            text,
            tone: Tone::Ink,
        };
        contents.push(flow.draw(vec![
            text(left, name),
            Ink::Box { x: begin, y, width: length.max(0.6), height: BAR, tone: Tone::Share(0.75) },
            text(begin + length + 4.0, TypeFace::Regular.printable(&bar.text)),
        ]));
        flow.down(STEP);
    }
    let says = chart.bars.iter().map(|bar| format!("{}: {}", bar.label, bar.text)).collect::<Vec<_>>();
    flow.close(Tree::with(Part::Figure { says: format!("{}. {}", chart.title, says.join("; ")) }, contents));
    flow.down(8.0);
}

/// A grid of numbers.
pub(crate) fn grid(flow: &mut Flow, grid: &Grid) {
    title(flow, &grid.title);
    let most = grid.rows.iter().flat_map(|(_, row)| row).copied().max().unwrap_or(0);
    let names = WIDTH * 0.11;
    let wide = (WIDTH - names) / grid.columns.len().max(1) as f32;
    flow.need(FIELD * (grid.rows.len() + 1) as f32);
    let mut contents = Vec::new();
    let text = |x: f32, y: f32, size: f32, text: String, tone| Ink::Text {
        x,
        baseline: y + 9.0,
        size,
        face: TypeFace::Regular,
        text,
        tone,
    };
    let centred = |n: usize, words: &str, size: f32| {
        Flow::LEFT + names + (n as f32 + 0.5) * wide - TypeFace::Regular.width(words, size) / 2.0
    };
    let head = grid.columns.iter().enumerate();
    let head = head.map(|(n, name)| text(centred(n, name, 6.0), flow.y(), 6.0, name.clone(), Tone::Soft));
    let head = head.collect();
    contents.push(flow.draw(head));
    flow.down(FIELD);
    for (name, row) in &grid.rows {
        let y = flow.y();
        let mut ink = vec![text(Flow::LEFT, y, SIZE, TypeFace::Regular.printable(name), Tone::Ink)];
        for (n, count) in row.iter().enumerate() {
            let share = if most > 0 { *count as f32 / most as f32 } else { 0.0 };
            let x = Flow::LEFT + names + n as f32 * wide;
            let tone = if *count == 0 { Tone::Ground } else { Tone::Share(0.12 + 0.88 * share) };
            ink.push(Ink::Box { x, y, width: wide - 1.0, height: FIELD - 1.0, tone });
            if *count > 0 {
                let (words, tone) = (count.to_string(), if share > 0.45 { Tone::Paper } else { Tone::Ink });
                ink.push(text(centred(n, &words, 6.0), y - 0.4, 6.0, words, tone));
            }
        }
        contents.push(flow.draw(ink));
        flow.down(FIELD);
    }
    let row_says = |(name, row): &(String, Vec<u64>)| format!("{name}: {}", row.iter().sum::<u64>());
    let says = grid.rows.iter().map(row_says).collect::<Vec<_>>().join("; ");
    flow.close(Tree::with(Part::Figure { says: format!("{}. {says}", grid.title) }, contents));
    flow.down(8.0);
}

fn title(flow: &mut Flow, text: &str) {
    flow.down(4.0);
    flow.need(SIZE * 1.4 + 4.0 * STEP);
    let lines = TypeFace::Bold.lines(text, 9.0, WIDTH);
    let drawn = lines.into_iter().map(|line| flow.line(Flow::LEFT, line, 9.0, TypeFace::Bold, Tone::Ink));
    let contents: Vec<_> = drawn.collect();
    flow.close(Tree::with(Part::Paragraph, contents));
    flow.down(2.0);
}
