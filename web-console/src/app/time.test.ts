import { afterEach, describe, expect, it } from 'vitest';
import {
  besideTime,
  clockTime,
  dayHere,
  distance,
  fullTime,
  hourMinute,
  liveBy,
  momentHere,
  roughAge,
  runningClock,
  zoneWord,
} from './time';

const moment = '2026-11-22T00:39:23.123456Z';

afterEach(() => liveBy('Asia/Jakarta'));

describe('the time of day', () => {
  it('is shown in WIB, with dots and 24 hours', () => {
    expect(clockTime(moment)).toBe('07.39.23');
    expect(hourMinute(moment)).toBe('07.39');
    expect(besideTime(moment, '2026-11-22T16:59:00Z', 'id')).toBe('07.39');
    expect(besideTime(moment, '2026-11-22T17:00:00Z', 'id')).toBe('22 Nov 2026 07.39');
    expect(clockTime('2026-11-22T17:00:00Z')).toBe('00.00.00');
  });

  it.each([
    ['Asia/Jakarta', '22 Nov 2026 22.30.00 WIB', '2026-11-22'],
    ['Asia/Makassar', '22 Nov 2026 23.30.00 WITA', '2026-11-22'],
    ['Asia/Jayapura', '23 Nov 2026 00.30.00 WIT', '2026-11-23'],
  ])('is that of %s, with its name and its day', (zone, shown, day) => {
    liveBy(zone);
    const evening = '2026-11-22T15:30:00Z';
    expect(fullTime(evening, 'id')).toBe(shown);
    expect(dayHere(Date.parse(evening))).toBe(day);
    // What somebody types is meant by the same clock.
    expect(momentHere(day, shown.slice(12, 17).replace('.', ':'))).toBe(Date.parse(evening));
    expect(besideTime(evening, '2026-11-22T16:30:00Z', 'id').endsWith(hourMinute(evening))).toBe(true);
  });

  it('stays as it is for a name that is no zone of Indonesia', () => {
    liveBy('Asia/Makassar');
    liveBy('Europe/Berlin');
    expect(zoneWord()).toBe('WITA');
  });

  it('is shown in full with its zone', () => {
    expect(fullTime(moment, 'id')).toBe('22 Nov 2026 07.39.23 WIB');
    expect(fullTime('2026-08-17T20:00:00Z', 'id')).toBe('18 Agu 2026 03.00.00 WIB');
    expect(fullTime('2026-08-17T20:00:00Z', 'en')).toBe('18 Aug 2026 03.00.00 WIB');
  });
});

it.each([
  [0, '0.00'],
  [7_900, '0.07'],
  [61_000, '1.01'],
  [3_599_999, '59.59'],
  [3_600_000, '1.00.00'],
  [93_784_000, '26.03.04'],
  [-5_000, '0.00'],
])('a running clock of %d ms shows %s', (milliseconds, shown) => {
  expect(runningClock(milliseconds)).toBe(shown);
});

it.each([
  [20_000, '20 dtk'],
  [120_000, '2 mnt'],
  [7_200_000, '2 jam'],
  [400_000_000, '5 hari'],
])('an age of %d ms is about %s', (milliseconds, shown) => {
  expect(roughAge(milliseconds, 'id')).toBe(shown);
});

it('a distance has the separators of its language', () => {
  expect(distance(1_250, 'id')).toBe('1.250 m');
  expect(distance(3_250, 'id')).toBe('3,3 km');
  expect(distance(3_250, 'en')).toBe('3.3 km');
});
