import { describe, expect, it } from 'vitest';
import type { Agency } from '../../api/types';
import { codesIn, leftEmpty } from './functions';

const agency = (code: string, functions: string[], active = true): Agency => ({
  id: code,
  code,
  name: code,
  functions: [code, ...functions],
  active,
});

describe('functions of an agency', () => {
  it('are read out of what people type', () => {
    expect(codesIn('damkar, Rescue;  hazmat\ndamkar')).toEqual(['damkar', 'rescue', 'hazmat']);
    expect(codesIn(' ')).toEqual([]);
  });

  it('that nobody else fills are told before they are given up', () => {
    const satpol = agency('satpolpp', ['damkar', 'rescue']);
    const all = [satpol, agency('bpbd', ['rescue']), agency('pmi', ['damkar'], false)];
    expect(leftEmpty(all, satpol, { functions: ['rescue'], active: true })).toEqual(['damkar']);
    expect(leftEmpty(all, satpol, { functions: satpol.functions, active: false })).toEqual([
      'satpolpp',
      'damkar',
    ]);
    expect(leftEmpty(all, satpol, { functions: satpol.functions, active: true })).toEqual([]);
  });
});
