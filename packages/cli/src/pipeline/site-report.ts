import type { FoundSite, FoundSites } from './found-sites.js';
import { nameList } from '../terminal/name-list.js';
import { table } from '../terminal/table.js';

/** A site as the JSON documents of `sites` and `patch` have it. */
export interface SiteEntry {
  readonly name: string;
  /** How it was found: a place found by a `pattern` is a candidate, to be confirmed. */
  readonly origin: FoundSite['origin'];
  readonly part: FoundSite['part'];
  /** Whether the architecture has no dropout of its own there. */
  readonly offered: boolean;
  /** Whether the graph has a Dropout node in training mode there. */
  readonly dropoutNode: boolean;
  /** The rate the model was trained with, of its Dropout node or by its configuration; null for a candidate. */
  readonly rate: number | null;
  /** The parameters in front of it, by which it is scored. */
  readonly parameters: readonly string[];
}

/** A site for JSON. */
export function siteEntry({
  name,
  origin,
  part,
  offered,
  dropoutOutput,
  defaultRate,
  parameters,
}: FoundSite): SiteEntry {
  return {
    name,
    origin,
    part,
    offered: offered ?? false,
    dropoutNode: dropoutOutput !== undefined,
    rate: origin === 'pattern' ? null : defaultRate,
    parameters,
  };
}

/** A site in a few words, beside its name. */
export function siteNote({ origin, part, offered, kind, dropoutOutput }: FoundSite): string {
  if (origin === 'pattern') return `CANDIDATE: ${kind?.replace('-', ' ')}`;
  if (origin === 'dropout-node') return 'Dropout node';
  const notes = [
    ...(part === 'head' ? ["the head's own"] : []),
    ...(offered ? ['offered'] : []),
    ...(dropoutOutput === undefined ? [] : ['Dropout node']),
  ];
  return notes.join(', ');
}

/** A rate for people. */
export function rateText(rate: number | null): string {
  return rate === null ? '–' : String(Number(rate.toFixed(4)));
}

/** How many sites of which kind there are, in one line. */
export function siteSummary({ architecture, sites }: FoundSites): string {
  const count = (wanted: (site: FoundSite) => boolean): number => sites.filter(wanted).length;
  const counted = (number: number, what: string): string[] => (number === 0 ? [] : [`${number} ${what}`]);
  const parts =
    architecture === undefined
      ? [
          ...counted(
            count(({ origin }) => origin === 'dropout-node'),
            'Dropout nodes',
          ),
          ...counted(
            count(({ origin }) => origin === 'pattern'),
            'CANDIDATES found by pattern',
          ),
        ]
      : [
          `${count(({ part, offered }) => part === 'base' && !offered)} dropout sites`,
          ...counted(
            count(({ part }) => part === 'head'),
            "of the head's own",
          ),
          ...counted(
            count(({ offered }) => offered === true),
            'offered',
          ),
        ];
  return `${architecture ?? 'unknown architecture'}: ${parts.join(', ') || 'no dropout sites'}`;
}

/** Where the configuration of a model was looked for. */
export interface ConfigSearch {
  /** The model. */
  readonly place: string;
  readonly config: string | undefined;
  /** Whether patterns were asked for, whatever the configuration. */
  readonly generic: boolean;
  readonly resembles: readonly string[];
}

/** Why no adapter was asked, and what to do, in one line. */
export function withoutAdapter({ place, config, generic, resembles }: ConfigSearch): string {
  if (generic) return 'no adapter was asked, by option';
  if (config !== undefined) return `no adapter for the model_type in ${config}`;
  const like = resembles.length > 0 ? `; its parameters are those of a ${resembles.join(' or ')}` : '';
  return `no config.json beside ${place}${like}: --model <folder> says where it is`;
}

/** What has to be said about offered sites and candidates, a line each. */
export function siteRemarks({ architecture, sites }: FoundSites): string[] {
  return [
    ...(sites.some(({ offered }) => offered)
      ? [
          `offered: ${architecture} has no dropout there and transformers no module; a schedule may name these sites, then all of them`,
        ]
      : []),
    ...(sites.some(({ origin }) => origin === 'pattern')
      ? [
          'A candidate only looks like a place of dropout: a pattern can miss a place or take another for one. Confirm with patch --sites a,b',
        ]
      : []),
  ];
}

/** The sites in their order, a line each. */
export function siteTable(sites: readonly FoundSite[]): string {
  return table(
    ['#', 'site', 'rate', '', 'parameters in front'],
    sites.map((site, i) => [
      String(i + 1),
      site.name,
      rateText(siteEntry(site).rate),
      siteNote(site),
      nameList(site.parameters) || '–',
    ]),
  );
}
