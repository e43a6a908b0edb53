import { scalar } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { DropoutRates, type TrainedSite } from '../src/index.js';

const sites: readonly TrainedSite[] = [
  { name: 'embeddings.dropout', rateInput: 'rate:e', rate: 0.1, part: 'base' },
  { name: 'layer.0.dropout', rateInput: 'rate:0', rate: 0, part: 'base' },
  { name: 'dropout', rateInput: 'rate:head', rate: 0.3, part: 'head' },
];

describe('DropoutRates', () => {
  it('begins with the rates of the sites, and offers those of the base in order', () => {
    const rates = new DropoutRates(sites);
    expect(rates.siteNames).toEqual(['embeddings.dropout', 'layer.0.dropout']);
    expect(sites.map(({ name }) => rates.get(name))).toEqual([0.1, 0, 0.3]);
    expect(rates.feeds()).toEqual({ 'rate:e': scalar(0.1), 'rate:0': scalar(0), 'rate:head': scalar(0.3) });
  });

  it('gives back the rate that was set, and feeds it', () => {
    const rates = new DropoutRates(sites);
    rates.set('layer.0.dropout', 0.7);
    rates.set('dropout', 0);
    expect(rates.get('layer.0.dropout')).toBe(0.7);
    expect(rates.feeds()).toEqual({ 'rate:e': scalar(0.1), 'rate:0': scalar(0.7), 'rate:head': scalar(0) });
  });

  it('feeds what is set after the feeds were asked for', () => {
    const rates = new DropoutRates(sites);
    const feeds = rates.feeds();
    rates.set('embeddings.dropout', 0.25);
    expect(feeds['rate:e']).toEqual(scalar(0.25));
  });

  // The last is below 1, but 1 in the graph's float32, which divides by 1 − rate.
  it.each([-0.1, 1, 2, Number.NaN, Infinity, 1 - 1e-9])('refuses the rate %f, and keeps the old one', (rate) => {
    const rates = new DropoutRates(sites);
    expect(() => rates.set('embeddings.dropout', rate)).toThrow(
      expect.objectContaining({ code: 'DROPOUT_RATE', message: expect.stringContaining("'embeddings.dropout'") }),
    );
    expect(rates.get('embeddings.dropout')).toBe(0.1);
    expect(() => new DropoutRates([{ ...sites[0]!, rate }])).toThrow(expect.objectContaining({ code: 'DROPOUT_RATE' }));
  });

  it('knows its sites, and names some of them to who asks for another', () => {
    const rates = new DropoutRates(sites);
    for (const attempt of [() => rates.get('nowhere'), () => rates.set('nowhere', 0.1)]) {
      expect(attempt).toThrow(
        expect.objectContaining({
          code: 'DROPOUT_SITE',
          message: expect.stringMatching(/'nowhere'.*layer\.0\.dropout/),
        }),
      );
    }
  });
});
