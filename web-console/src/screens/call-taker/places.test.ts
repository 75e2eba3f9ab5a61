import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '../../api/endpoints';
import type { PlaceHit, Places } from '../../api/types';
import { emptyForm, pointOf, takePoint, toNewIncident, type FormFields } from './form';
import { borderWords, PLACE_PAUSE_MILLISECONDS, PlaceFinder, sentenceFor, surenessOf } from './places.svelte';

const hit = (over: Partial<PlaceHit> = {}): PlaceHit => ({
  id: 'contoh:sadai',
  name: 'Pelabuhan Sadai',
  kind: 'pelabuhan',
  lat: -3.005,
  lon: 106.738,
  accuracy_m: 1_000,
  matched_by: 'typo',
  alias: null,
  distance_m: null,
  rest: '',
  whereabouts: {
    area_code: '19.03.06',
    area_by: 'nearest',
    kecamatan: { code: '19.03.06', name: 'Tukak Sadai' },
    desa: null,
    outside: false,
    border: null,
  },
  ...over,
});

const answer = (...hits: PlaceHit[]): Places => ({
  hits,
  here: null,
  reading: { point: null, kilometre: null, rt: null, rw: null, named: [], doubts: [] },
});

const form = (over: Partial<FormFields> = {}): FormFields => ({ ...emptyForm, ...over });
const pause = () => vi.advanceTimersByTimeAsync(PLACE_PAUSE_MILLISECONDS);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('while somebody types', () => {
  it('asks once for each pause, near the caller, and offers the answer to this text only', async () => {
    const asked = vi.spyOn(api, 'places').mockResolvedValue(answer(hit()));
    const [finder, fields] = [new PlaceFinder(), form({ landmark: 'sad' })];
    finder.look(fields, null)();
    fields.landmark = 'sadei';
    const fix = { point: { lat: -3, lon: 106.5, radius_m: 50 } } as Parameters<PlaceFinder['look']>[1];
    finder.look(fields, fix);
    await pause();
    expect(asked).toHaveBeenCalledExactlyOnceWith(
      { q: 'sadei', limit: 6, lat: -3, lon: 106.5 },
      expect.anything(),
    );
    expect(finder.optionsFor(' sadei ').map((one) => one.hit?.name)).toEqual(['Pelabuhan Sadai']);
    expect(finder.optionsFor('sadeix')).toEqual([]);
  });

  it('drops a late answer and keeps the words when nobody answers', async () => {
    let late: (value: Places) => void = () => undefined;
    vi.spyOn(api, 'places').mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    const [finder, fields] = [new PlaceFinder(), form({ landmark: 'sadei' })];
    const stop = finder.look(fields, null);
    await pause();
    stop();
    late(answer(hit()));
    await vi.runAllTimersAsync();
    expect(finder.optionsFor('sadei')).toEqual([]);
    vi.spyOn(api, 'places').mockRejectedValueOnce(new Error('away'));
    finder.look(fields, null);
    finder.enter(fields);
    await pause();
    expect(fields).toEqual(form({ landmark: 'sadei' }));
  });
});

describe('picking', () => {
  it('takes name and point, keeps the other words, and is undone by Escape', async () => {
    vi.spyOn(api, 'places').mockResolvedValue(answer(hit({ rest: 'gudang biru' })));
    const [finder, fields] = [
      new PlaceFinder(),
      form({ landmark: 'sadei gudang biru', areaCode: '19.03.01' }),
    ];
    finder.look(fields, null);
    finder.enter(fields);
    await pause();
    expect(toNewIncident(fields, null).location).toEqual({
      landmark: 'Pelabuhan Sadai, gudang biru',
      lat: -3.005,
      lon: 106.738,
      accuracy_m: 1_000,
      source: 'place',
    });
    expect(finder.optionsFor(fields.landmark)).toEqual([]);
    expect(finder.escape(fields)).toBe(true);
    expect(fields).toEqual(form({ landmark: 'sadei gudang biru', areaCode: '19.03.01' }));
    expect(finder.escape(fields)).toBe(false);
  });

  it('takes the code of an area and no point', () => {
    const fields = form({ landmark: 'toboalih' });
    const area = { ...hit().whereabouts, area_code: '19.03.01' };
    new PlaceFinder().pick(fields, {
      point: null,
      hit: hit({ id: 'area:19.03.01', name: 'Toboali', whereabouts: area }),
    });
    expect([fields.areaCode, fields.point]).toEqual(['19.03.01', '']);
  });
});

describe('a point', () => {
  it('that only the server can read counts while the text is the one it read', async () => {
    const read = {
      lat: -2.99,
      lon: 106.45,
      accuracy_m: 16,
      notation: 'sexagesimal' as const,
      read_back_id: '',
      read_back_en: '',
    };
    const both = answer();
    both.reading.point = { ...read, whereabouts: hit().whereabouts };
    vi.spyOn(api, 'places').mockResolvedValue(both);
    const [finder, fields] = [new PlaceFinder(), form({ point: "2°59'24\" LS 106°27' BT" })];
    expect(pointOf(fields)).toBeNull();
    finder.lookAtPoint(fields);
    await pause();
    expect(pointOf(fields)).toEqual({ lat: -2.99, lon: 106.45 });
    fields.point += ' x';
    expect(pointOf(fields)).toBeNull();
  });

  it('says how sure and how old it is', () => {
    const fields = form();
    expect(surenessOf(fields, 0)).toBe('');
    takePoint(fields, { lat: -3, lon: 106 }, 'caller_fix', 35, '2026-11-22T01:00:00Z');
    expect(surenessOf(fields, Date.parse('2026-11-22T01:04:00Z'))).toBe('± 35 m, umur 4 mnt');
    expect(toNewIncident(fields, null).location).toMatchObject({
      source: 'caller_fix',
      fixed_at: '2026-11-22T01:00:00Z',
    });
  });
});

it('a doubt is asked before anything is read back', () => {
  const both = answer();
  both.reading.kilometre = { text: 'KM 7+600', read_back_id: 'Saya ulangi', read_back_en: 'I repeat' };
  expect(sentenceFor(both)).toEqual({ text: 'Saya ulangi', tone: 'plain' });
  both.reading.doubts = [{ code: 'which_kilometre', question_id: 'KM 7 atau 70?', question_en: '' }];
  expect(sentenceFor(both)).toEqual({ text: 'KM 7 atau 70?', tone: 'warn' });
  expect(sentenceFor(null)).toBeNull();
});

it('a border names the neighbour, how far it is, and whom to call in', () => {
  const owner = { code: '19.04', name: 'Kabupaten Bangka Tengah' };
  const border = { owner, area: owner, distance_m: 300, contact: null };
  const here = { ...hit().whereabouts, area_by: 'polygon' as const, border };
  expect(borderWords(here)).toBe('Perbatasan: Kabupaten Bangka Tengah 300 m dari titik ini');
  const inside = {
    ...here,
    area_by: 'nearest' as const,
    border: { ...border, distance_m: 0, contact: '112 Koba' },
  };
  expect(borderWords(inside)).toBe(
    'Titik ini di wilayah Kabupaten Bangka Tengah (perkiraan) · sambungkan 112 Koba (F10)',
  );
  expect(borderWords(hit().whereabouts)).toBeNull();
});
