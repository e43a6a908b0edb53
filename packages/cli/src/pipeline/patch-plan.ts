import { GuidedDropoutError, type DropoutSchedule } from '@guided-dropout/core';
import type { FoundSite, FoundSites } from './found-sites.js';
import { scheduledRates } from './read-schedule.js';

/** What decides about sites and rates. */
export interface PlanOptions {
  readonly scheduled?: { readonly schedule: DropoutSchedule; readonly path: string } | undefined;
  /** One rate for all sites of the base model, in [0, 1). */
  readonly rate?: number | undefined;
  /** Names of candidates that are sites. */
  readonly confirmed: readonly string[];
}

/** A site and the rate that it is to get. */
export interface PlannedSite extends FoundSite {
  readonly rate: number;
}

/** Which sites are patched, and which places are left because nobody confirmed them. */
export interface PatchPlan {
  readonly sites: readonly PlannedSite[];
  readonly unconfirmed: readonly FoundSite[];
}

/**
 * Decides which of the sites found are patched, and at which rates: those of a schedule, which must have one for each site
 * of the base model and no other; or one for all; or their own. A head's sites keep their own.
 *
 * Sites that an adapter only offers are patched if the schedule names one; candidates if they are confirmed, or, unless
 * any is, if the schedule names them.
 *
 * @throws GuidedDropoutError `PATCH_SITES` for a name that is no candidate's, `PATCH_RATE` for confirmed candidates without
 * a rate, `SCHEDULE_SITES`.
 */
export function patchPlan({ sites }: FoundSites, { scheduled, rate, confirmed }: PlanOptions): PatchPlan {
  const candidates = sites.filter(({ origin }) => origin === 'pattern');
  assertCandidates(confirmed, candidates);
  const named = new Set(scheduled?.schedule.sites.map(({ name }) => name));
  const chosen = confirmed.length > 0 ? new Set(confirmed) : named;
  const withOffered = sites.some(({ offered, name }) => offered && named.has(name));
  const isPatched = ({ origin, offered, name }: FoundSite): boolean =>
    origin === 'pattern' ? chosen.has(name) : withOffered || !offered;
  const patched = sites.filter(isPatched);
  // Without a site there is more to say than that the schedule's are unknown.
  const rates =
    scheduled && patched.length > 0 ? scheduledRates(scheduled.schedule, scheduled.path, patched) : undefined;
  const rateOf = ({ name, part, origin, defaultRate }: FoundSite): number => {
    const given = part === 'base' ? (rates?.get(name) ?? rate) : undefined;
    if (given === undefined && origin === 'pattern') throw withoutRate(name);
    return given ?? defaultRate;
  };
  return {
    sites: patched.map((site) => ({ ...site, rate: rateOf(site) })),
    unconfirmed: candidates.filter(({ name }) => !chosen.has(name)),
  };
}

function assertCandidates(confirmed: readonly string[], candidates: readonly FoundSite[]): void {
  const known = new Set(candidates.map(({ name }) => name));
  const unknown = confirmed.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new GuidedDropoutError('PATCH_SITES', {
    where: '--sites',
    expected: known.size === 0 ? 'nothing, as there are no candidates' : `candidates: ${[...known].join(', ')}`,
    received: unknown.join(', '),
    fix: "Copy the names that 'guided-dropout sites --generic' lists.",
  });
}

function withoutRate(name: string): GuidedDropoutError {
  return new GuidedDropoutError('PATCH_RATE', {
    where: `candidate '${name}'`,
    expected: 'a rate, as a candidate has none of its own',
    received: 'none',
    fix: 'Pass --rate, or a --schedule with the names of all sites.',
  });
}
