import type { ChannelTest } from '../../api/types';

/** A cell of a CSV file (RFC 4180). A value that a spreadsheet would read as a formula begins with an apostrophe. */
function cell(value: string): string {
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** The results of tests as CSV: a header, then one line for each channel of each test. */
export function csvOf(tests: ChannelTest[]): string {
  const head = [
    'asked_at',
    'agency',
    'agency_name',
    'place',
    'channel',
    'gateway',
    'state',
    'confirmed',
    'result',
    'at',
    'asked_by',
  ];
  const rows = tests.map((test) => [
    test.asked_at,
    test.agency,
    test.agency_name,
    String(test.place + 1),
    test.channel,
    test.gateway,
    test.state,
    String(test.confirmed),
    test.result,
    test.at,
    test.asked_by?.name ?? '',
  ]);
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
