import { expect, it } from 'vitest';
import type { IncidentType, ResponsePlan } from '../../api/types';
import { plansFor, type Situation } from './plans';

const plan = (code: string, over: Partial<ResponsePlan>): ResponsePlan => ({
  code,
  label_id: code,
  label_en: code,
  types: [],
  categories: [],
  flags: [],
  areas: [],
  by_sea: null,
  from_level: 1,
  lead: [],
  support: [],
  notify: [],
  ...over,
});

const policy = {
  plans: [
    plan('terjebak', { flags: ['trapped'], by_sea: false }),
    plan('laut', { by_sea: true }),
    plan('kebakaran', { categories: ['a'], types: ['kebakaran_bangunan'] }),
    plan('tingkat_2', { from_level: 2 }),
    plan('toboali', { areas: ['19.03.01'] }),
  ],
  sea_areas: ['19.03.02'],
};

const codes = (over: Partial<Situation>) =>
  plansFor(policy, { type: undefined, category: null, flags: [], area: null, ...over }).map(
    (one) => one.code,
  );

it('holds by flag, by sea, by type, by area, and by no level that nobody raised', () => {
  expect(codes({})).toEqual([]);
  expect(codes({ flags: ['trapped'] })).toEqual(['terjebak']);
  expect(codes({ flags: ['by_sea', 'trapped'] })).toEqual(['laut']);
  expect(codes({ area: '19.03.02.2003' })).toEqual(['laut']);
  expect(codes({ area: '19.03.020' })).toEqual([]);
  expect(codes({ area: '19.03.01' })).toEqual(['toboali']);
  const type = { code: 'kebakaran_bangunan', by_sea: false } as IncidentType;
  expect(codes({ type, category: 'a' })).toEqual(['kebakaran']);
});
