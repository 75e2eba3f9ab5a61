/** The dark squares as one path: each run of them in a row is a rectangle. */
export function squaresOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .map((row, y) => runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`))
    .flat()
    .join('');
}

/** Where dark squares begin, and how many follow each other. */
function runsOf(row: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = runs.at(-1);
    if (!dark) return;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
