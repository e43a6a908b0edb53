import { GuidedDropoutError } from '@guided-dropout/core';
import type { LocatedSite } from '../located-site.js';
import { withDropoutNodes } from './live-dropout.js';
import { Mismatch } from './mismatch.js';
import { noMatch, type ModelGraph } from './model-graph.js';

/** A site as an adapter describes it. */
export interface SiteDescription {
  /** Module path relative to the base model, of a head relative to the whole. */
  readonly name: string;
  readonly rate: number;
  /** Paths of the parameters that score it, relative to the base model, in the order of use. */
  readonly parameters: readonly string[];
  readonly offered?: boolean;
}

/** The sites of one graph. One that is not there does not end the search: all that are missing go into one error. */
export class SiteCollector {
  readonly #sites: LocatedSite[] = [];
  readonly #missing: string[] = [];

  constructor(readonly model: ModelGraph) {}

  /** A site of the base model, at the value that `locate` returns. */
  base(description: SiteDescription, locate: () => string): void {
    this.#add(description, 'base', locate);
  }

  /** A site of a head, which no parameters score. */
  head(name: string, rate: number, locate: () => string): void {
    this.#add({ name, rate, parameters: [] }, 'head', locate);
  }

  /**
   * The sites in the order they were described.
   *
   * @throws GuidedDropoutError `ADAPTER_NO_MATCH` listing what was found and, with its reason, what was not;
   * `ADAPTER_SITE` for one value that two sites matched.
   */
  finish(): LocatedSite[] {
    const { family, index } = this.model;
    const where = `graph '${index.graph.name}'`;
    if (this.#missing.length > 0) {
      const found = this.#sites.map(({ name }) => name);
      const count = found.length + this.#missing.length;
      const received = `${found.length === 0 ? 'none' : `${found.length} (${found.join(', ')})`}; not ${this.#missing.join('; not ')}`;
      throw noMatch(family, where, `${count} sites`, received);
    }
    for (const { value } of this.#sites) {
      const sites = this.#sites.filter((site) => site.value === value);
      if (sites.length === 1) continue;
      throw new GuidedDropoutError('ADAPTER_SITE', {
        where: `${family.name} adapter, ${where}`,
        expected: 'every site at a value of its own',
        received: `'${value}' for ${sites.map(({ name }) => name).join(' and ')}`,
        fix: 'Report it with the program and options that made the graph.',
      });
    }
    return withDropoutNodes(index, this.#sites);
  }

  #add({ name, rate, parameters, offered }: SiteDescription, part: LocatedSite['part'], locate: () => string): void {
    try {
      this.#sites.push({
        name,
        value: this.model.index.source(locate()),
        part,
        defaultRate: rate,
        parameters: parameters.map((parameter) => this.model.parameter(parameter)),
        ...(offered && { offered }),
      });
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      this.#missing.push(`${name} (${error.message})`);
    }
  }
}
