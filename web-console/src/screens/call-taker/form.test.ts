import { describe, expect, it } from 'vitest';
import type { Agency, IncidentType, ResponsePlan } from '../../api/types';
import {
  agenciesFor,
  emptyForm,
  faultsOf,
  hasContent,
  parsePoint,
  toNewIncident,
  type FormFields,
} from './form';

const form = (over: Partial<FormFields>): FormFields => ({ ...emptyForm, ...over });

describe('what is needed', () => {
  it('is a place and a type, nothing else', () => {
    expect(faultsOf(form({ landmark: 'pasar', category: 'a' }))).toEqual([]);
    expect(faultsOf(form({ areaCode: '19.03.01', category: 'a' }))).toEqual([]);
    expect(faultsOf(form({ point: '-2.9, 106.4', category: 'a' }))).toEqual([]);
    expect(faultsOf(form({ address: 'Jl. Sudirman 1', category: 'a' }))).toEqual([]);
  });

  it('is asked for in the order of the fields', () => {
    expect(faultsOf(form({ casualties: 'banyak' })).map((fault) => fault.field)).toEqual([
      'landmark',
      'type',
      'casualties',
    ]);
  });

  it('does not accept blanks as a place', () => {
    expect(faultsOf(form({ landmark: '   ', category: 'a' })).map((fault) => fault.field)).toEqual([
      'landmark',
    ]);
  });

  it('names a point that is none, also beside a landmark', () => {
    const faults = faultsOf(form({ landmark: 'pasar', point: 'dekat pasar', category: 'a' }));
    expect(faults).toEqual([{ field: 'point', says: 'form.bad_point' }]);
  });
});

describe('a point', () => {
  it.each([
    ['-2.99, 106.45', { lat: -2.99, lon: 106.45 }],
    ['-2.99 106.45', { lat: -2.99, lon: 106.45 }],
    ['−2.99; 106.45', { lat: -2.99, lon: 106.45 }],
    ['-91, 106', null],
    ['-2.9, 181', null],
    ['-2.9', null],
    ['NaN, 1', null],
    ['', null],
  ])('%s', (text, point) => {
    expect(parsePoint(text)).toEqual(point);
  });
});

describe('the request', () => {
  it('holds only what was filled in', () => {
    expect(toNewIncident(form({ landmark: ' pasar ', category: 'a' }), null)).toEqual({
      category: 'a',
      narrative: '',
      location: { landmark: 'pasar' },
    });
  });

  it('keeps the words that were typed while looking for the type', () => {
    const sent = toNewIncident(
      form({ said: 'rumah kebakaran', narrative: 'dua lantai', category: 'a' }),
      'c1',
    );
    expect(sent.narrative).toBe('rumah kebakaran\ndua lantai');
    expect(sent.call_id).toBe('c1');
  });

  it('carries the radius of the caller’s position with the point', () => {
    const sent = toNewIncident(form({ point: '-2.9, 106.4', accuracyMetres: 800, category: 'a' }), null);
    expect(sent.location).toEqual({ lat: -2.9, lon: 106.4, accuracy_m: 800 });
  });

  it('counts no casualties as a number, and says nothing when nothing is known', () => {
    expect(toNewIncident(form({ casualties: '0', category: 'a' }), null).casualties).toBe(0);
    expect(toNewIncident(form({ category: 'a' }), null)).not.toHaveProperty('casualties');
  });
});

it('a form that only the call has filled in holds nobody’s words', () => {
  expect(hasContent(form({ reporterNumber: '+628120000' }))).toBe(false);
  expect(hasContent(form({ narrative: 'api' }))).toBe(true);
});

describe('who would go', () => {
  const agency = (code: string, functions = [code]): Agency => ({
    id: `id-${code}`,
    code,
    name: code,
    functions,
    active: true,
  });
  const type = (over: Partial<IncidentType>): IncidentType => ({
    code: 'kebakaran_bangunan',
    category: 'a',
    label_id: 'Kebakaran bangunan',
    label_en: 'Building fire',
    priority: 'P1',
    lead: ['damkar'],
    support: ['ambulans', 'pdam'],
    notify: ['bpbd'],
    no_call_back: false,
    by_sea: false,
    raise_when: null,
    ...over,
  });
  const roles = (given: IncidentType, agencies: Agency[]) =>
    agenciesFor(given, agencies).map((one) => `${one.role} ${one.agency.code}`);

  it('follows the plan, without those that the kabupaten does not have', () => {
    const agencies = [agency('bpbd'), agency('damkar'), agency('ambulans')];
    expect(roles(type({}), agencies)).toEqual(['lead damkar', 'support ambulans', 'notify bpbd']);
  });

  it('asks one body once, in its strongest role', () => {
    const both = agency('satpolpp', ['satpolpp', 'damkar', 'bpbd']);
    expect(roles(type({}), [both, agency('ambulans')])).toEqual(['lead satpolpp', 'support ambulans']);
  });

  it('adds whom a plan adds, with its reason, and takes nobody away', () => {
    const agencies = [agency('damkar'), agency('ambulans'), agency('basarnas')];
    const plan = { lead: [], support: ['damkar', 'basarnas'], notify: [] } as Partial<ResponsePlan>;
    const found = agenciesFor(type({}), agencies, [plan as ResponsePlan]);
    expect(found.map((one) => `${one.role} ${one.agency.code} ${one.because ? '+' : ''}`)).toEqual([
      'lead damkar ',
      'support ambulans ',
      'support basarnas +',
    ]);
  });

  it('never leaves an incident without a lead', () => {
    expect(roles(type({}), [agency('ambulans'), agency('bpbd')])).toEqual(['lead ambulans', 'notify bpbd']);
  });

  it('asks nobody who is not active', () => {
    expect(roles(type({}), [{ ...agency('damkar'), active: false }, agency('ambulans')])).toEqual([
      'lead ambulans',
    ]);
  });
});
