import { cleanup, render, screen } from '@testing-library/svelte';
import { encode } from 'uqr';
import { afterEach, expect, it } from 'vitest';
import { squaresOf } from './qr';
import QrCode from './QrCode.svelte';

afterEach(cleanup);

const LINK = `https://112.example/petugas#${'1'.repeat(36)}.${'s'.repeat(43)}`;

/** The squares that a path of rectangles covers. */
function covered(path: string): Set<string> {
  const rectangles = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)];
  return new Set(
    rectangles.flatMap(([, x, y, width]) =>
      Array.from({ length: Number(width) }, (_, n) => `${Number(x) + n} ${y}`),
    ),
  );
}

it('draws every dark square and no other', () => {
  expect(squaresOf([[true, true, false, true], [false]])).toBe('M0 0h2v1h-2zM3 0h1v1h-1z');
  const { data } = encode(LINK, { border: 4, ecc: 'M' });
  const dark = data.flatMap((row, y) => row.flatMap((one, x) => (one ? [`${x} ${y}`] : [])));
  expect(covered(squaresOf(data))).toEqual(new Set(dark));
});

it('leaves the white around it that a reader needs, and has a name', () => {
  render(QrCode, { text: LINK, label: 'Kode QR' });
  const image = screen.getByRole('img', { name: 'Kode QR' });
  const size = Number(image.getAttribute('viewBox')?.split(' ')[2]);
  const places = [...covered(image.querySelector('path')?.getAttribute('d') ?? '')];
  const xs = places.flatMap((place) => place.split(' ').map(Number));
  expect([Math.min(...xs), Math.max(...xs)]).toEqual([4, size - 5]);
});
