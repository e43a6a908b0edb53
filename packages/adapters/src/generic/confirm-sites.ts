import { GuidedDropoutError } from '@guided-dropout/core';
import type { LocatedSite } from '../located-site.js';
import type { Candidate } from './find-candidates.js';

/**
 * The candidates that are named, as sites with the rates given, in the order of the model.
 *
 * @param rates by the candidate's name, in [0, 1).
 * @throws GuidedDropoutError `ADAPTER_CANDIDATE` for names that no candidate has, listing those there are, and where none
 * is named; `ADAPTER_RATE` for a rate outside [0, 1).
 */
export function confirmSites(candidates: readonly Candidate[], rates: Readonly<Record<string, number>>): LocatedSite[] {
  const known = candidates.map(({ name }) => name);
  const unknown = Object.keys(rates).filter((name) => !known.includes(name));
  if (unknown.length > 0 || Object.keys(rates).length === 0) {
    throw new GuidedDropoutError('ADAPTER_CANDIDATE', {
      where: 'confirmSites(rates)',
      expected: `names of candidates: ${known.join(', ') || 'there are none'}`,
      received: unknown.length > 0 ? unknown.join(', ') : 'no name',
      fix: 'Copy the names that findCandidates gives.',
    });
  }
  for (const [name, rate] of Object.entries(rates)) {
    if (typeof rate === 'number' && rate >= 0 && rate < 1) continue;
    throw new GuidedDropoutError('ADAPTER_RATE', {
      where: `candidate '${name}'`,
      expected: 'a rate in [0, 1)',
      received: typeof rate === 'number' ? String(rate) : JSON.stringify(rate),
      fix: 'Pass the probability of zeroing an element.',
    });
  }
  return candidates
    .filter(({ name }) => Object.hasOwn(rates, name))
    .map(({ kind: _kind, node: _node, ...site }) => ({ ...site, defaultRate: rates[site.name]! }));
}
