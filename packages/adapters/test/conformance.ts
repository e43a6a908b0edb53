import { scalar, type Graph, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenModel } from '../../autodiff/test/golden-model.js';
import { oneRow } from '../../models/test/one-row.js';
import { findSites, patchDropout, type LocatedSite, type PatchedGraph } from '../src/index.js';
import { distinctRates, expectedSites } from './expected-sites.js';
import { builtGraph, goldenCheckpoint, goldenSources } from './golden-sources.js';
import { renamedGraph } from './renamed-graph.js';

/** Runs of a patched graph; a site of a tiny model then has thousands of elements. */
const RUNS = 80;

/** Two graphs compute the same in float32 if they agree within three times the rounding PyTorch shows (7e-7). */
const TOLERANCE = 2e-6;

type Values = Readonly<Record<string, Tensor>>;

/**
 * The tests that an adapter must pass with a golden model, whose every source (built of a checkpoint, exported) must have
 * the sites of `expectedSites` at the same places.
 */
export function conformance(name: string): void {
  describe.each(goldenSources(name))(`${name}, $name:`, (source) => {
    let config: Readonly<Record<string, unknown>>;
    let graph: Graph;
    let inputs: Values;
    let sites: LocatedSite[];
    let patched: PatchedGraph;

    beforeAll(async () => {
      const checkpoint = await goldenCheckpoint(name);
      config = { ...checkpoint.config, ...distinctRates };
      graph = await source.graph();
      inputs = inputsOf(name);
      sites = findSites(graph, config);
      patched = patchDropout(graph, sites, { seed: 1 });
    });

    /** Rates as feeds, by site, 0 unless given. */
    const rates = (given: Readonly<Record<string, number>> = {}): Values =>
      Object.fromEntries(patched.sites.map(({ name: site, rateInput }) => [rateInput, scalar(given[site] ?? 0)]));

    it('has the sites of the architecture: names, order, parts, groups and rates', () => {
      const isClassifier = goldenModel(name).head === 'classification';
      const expected = expectedSites[String(config['model_type'])]!(config, isClassifier);
      const prefix = prefixOf(sites);
      expect(
        sites.map(({ name: site, part, defaultRate, parameters }) => ({
          name: site,
          part,
          rate: defaultRate,
          parameters: parameters.map((parameter) => parameter.slice(prefix.length)),
        })),
      ).toEqual(expected);
      const missing = sites.flatMap(({ parameters }) => parameters).filter((each) => !graph.initializers.has(each));
      expect(missing).toEqual([]);
    });

    it('has them where the checkpoint has them: the values are the same', async () => {
      const built = await builtGraph(name);
      const own = findSites(built, config);
      const [here, there] = [await valuesAt(graph, sites, inputs), await valuesAt(built, own, inputs)];
      sites.forEach((site, i) => {
        expect(relativeDifference(here[i]!, there[i]!), site.name).toBeLessThan(TOLERANCE);
      });
    });

    it('acts on probabilities where it says attention, and on nothing of that kind elsewhere', async () => {
      const values = await valuesAt(graph, sites, inputs);
      const probable = sites.filter((_, i) => isProbabilities(values[i]!)).map(({ name: site }) => site);
      const attention = /(self|attention|Attention)\.dropout$|attn_dropout$|attention_dropout(@\d+)?$/;
      expect(probable).toEqual(sites.map(({ name: site }) => site).filter((site) => attention.test(site)));
    });

    it('does not depend on the names of nodes and values', async () => {
      const other = renamedGraph(graph);
      const places = (located: Graph, found: readonly LocatedSite[]): number[] =>
        found.map(({ value }) => located.nodes.findIndex(({ outputs }) => outputs.includes(value)));
      const found = findSites(other, config);
      expect(found.map(({ value: _value, ...site }) => site)).toEqual(sites.map(({ value: _value, ...site }) => site));
      expect(places(other, found)).toEqual(places(graph, sites));
    });

    it('leaves the logits as they are at rate 0', async () => {
      const [plain] = await run(graph, [inputs]);
      const [noisy] = await run(patched.graph, [{ ...inputs, ...rates() }]);
      expect(relativeDifference(noisy!['logits']!, plain!['logits']!)).toBeLessThan(1e-6);
    });

    it('puts noise into the path of the logits by each rate input, at its site alone', async () => {
      const watched = withOutputs(patched.graph, patched.sites);
      const feeds = [{}, ...patched.sites.map(({ name: site }) => ({ [site]: 0.5 }))];
      const [still, ...noisy] = await run(
        watched,
        feeds.map((given) => ({ ...inputs, ...rates(given) })),
      );
      noisy.forEach((outputs, i) => {
        const changed = patched.sites.filter((site) => !isEqual(outputs[site.clean]!, outputs[site.noisy]!));
        expect(changed.map(({ name: site }) => site)).toEqual([patched.sites[i]!.name]);
        expect(isEqual(outputs['logits']!, still!['logits']!), patched.sites[i]!.name).toBe(false);
      });
    });

    it("zeroes each site's share of elements and keeps the mean", async () => {
      const rateOf = (i: number): number => 0.15 + (0.5 * i) / patched.sites.length;
      const given = Object.fromEntries(patched.sites.map(({ name: site }, i) => [site, rateOf(i)]));
      const feeds = { ...inputs, ...rates(given) };
      const outputs = await run(
        withOutputs(patched.graph, patched.sites),
        Array.from({ length: RUNS }, () => feeds),
      );
      patched.sites.forEach((site, i) => expectDropout(site.name, rateOf(i), outputs, site.clean, site.noisy));
    });
  });
}

/** The exports of one model run only on rows that have the same number of `</s>` (test/golden/README.md). */
function inputsOf(name: string): Values {
  const golden = goldenModel(name);
  if (name !== 't5-classification') return golden.inputs;
  const { labels: _labels, ...inputs } = oneRow(golden, 0);
  return inputs;
}

function prefixOf(sites: readonly LocatedSite[]): string {
  const first = sites.find(({ part }) => part === 'base')!.parameters[0]!;
  return /^(bert\.|roberta\.|electra\.|distilbert\.|albert\.|transformer\.|model\.)?/.exec(first)![0];
}

async function run(graph: Graph, feeds: readonly Values[]): Promise<Values[]> {
  const session = await Session.create(graph);
  const results: Values[] = [];
  for (const feed of feeds) results.push(await session.run(feed));
  await session.release();
  return results;
}

function withOutputs(graph: Graph, sites: PatchedGraph['sites']): Graph {
  const outputs = sites.flatMap(({ clean, noisy }) => [{ name: clean }, { name: noisy }]);
  return { ...graph, outputs: [...graph.outputs, ...outputs] };
}

async function valuesAt(graph: Graph, sites: readonly LocatedSite[], inputs: Values): Promise<Tensor[]> {
  const outputs = sites.map(({ value }) => ({ name: value }));
  const [results] = await run({ ...graph, outputs: [...graph.outputs, ...outputs] }, [inputs]);
  return sites.map(({ value }) => results![value]!);
}

/** Rows of numbers that are not negative and sum to 1. */
function isProbabilities({ dims, data }: Tensor): boolean {
  const size = dims.at(-1)!;
  if (dims.length !== 4) return false;
  return Array.from({ length: data.length / size }, (_, row) => data.slice(row * size, (row + 1) * size)).every(
    (row) => {
      const values = Array.from(row, Number);
      // Sums of a dozen float32 numbers below 1.
      return values.every((value) => value >= 0) && Math.abs(values.reduce((a, b) => a + b) - 1) < 1e-6;
    },
  );
}

/** Relative to the largest element, whatever the shapes: rows may have been flattened. */
function relativeDifference(a: Tensor, b: Tensor): number {
  expect(a.data.length).toBe(b.data.length);
  let [difference, largest] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    difference = Math.max(difference, Math.abs(Number(a.data[i]) - Number(b.data[i])));
    largest = Math.max(largest, Math.abs(Number(b.data[i])));
  }
  return difference / largest;
}

function isEqual(a: Tensor, b: Tensor): boolean {
  return (a.data as Float32Array).every((element, i) => element === b.data[i]);
}

/** Five standard deviations of the number of zeros, a binomial one, and of the sum of what is left. */
function expectDropout(site: string, rate: number, runs: readonly Values[], clean: string, noisy: string): void {
  let [count, zeros, before, after, squares] = [0, 0, 0, 0, 0];
  let [leastFactor, greatestFactor] = [Infinity, -Infinity];
  for (const outputs of runs) {
    const values = outputs[clean]!.data as Float32Array;
    const noised = outputs[noisy]!.data as Float32Array;
    values.forEach((value, i) => {
      // What was 0 before (masked keys, ReLU) says nothing of the mask.
      if (value === 0) return;
      count++;
      before += Math.abs(value);
      squares += value ** 2;
      after += noised[i]! * Math.sign(value);
      if (noised[i] === 0) zeros++;
      // Of subnormal numbers the quotient is not exact.
      else if (Math.abs(value) > 1e-30) {
        leastFactor = Math.min(leastFactor, noised[i]! / value);
        greatestFactor = Math.max(greatestFactor, noised[i]! / value);
      }
    });
  }
  expect(count, site).toBeGreaterThan(500);
  expect(Math.abs(zeros - count * rate), `${site}: share of zeros`).toBeLessThan(
    5 * Math.sqrt(count * rate * (1 - rate)),
  );
  expect(Math.abs(after - before), `${site}: mean`).toBeLessThan(5 * Math.sqrt((squares * rate) / (1 - rate)));
  // What is kept is scaled up, in float32.
  expect(Math.abs(leastFactor * (1 - rate) - 1), `${site}: factor`).toBeLessThan(1e-6);
  expect(Math.abs(greatestFactor * (1 - rate) - 1), `${site}: factor`).toBeLessThan(1e-6);
}
