import { describe, expect, it } from 'vitest';
import { adapters, ratesOf } from '../src/index.js';

const fifth = 0.2;

describe('the rates of a configuration', () => {
  it.each([
    ['bert', { hidden: 0.1, attention: 0.1, classifier: 0.1 }],
    ['roberta', { hidden: 0.1, attention: 0.1, classifier: 0.1 }],
    ['xlm-roberta', { hidden: 0.1, attention: 0.1, classifier: 0.1 }],
    ['camembert', { hidden: 0.1, attention: 0.1, classifier: 0.1 }],
    ['electra', { hidden: 0.1, attention: 0.1, classifier: 0.1 }],
    ['distilbert', { hidden: 0.1, attention: 0.1, classifier: 0.2 }],
    ['albert', { hidden: 0, attention: 0, classifier: 0.1 }],
    ['gpt2', { embeddings: 0.1, attention: 0.1, residual: 0.1 }],
    ['t5', { hidden: 0.1, classifier: 0 }],
    ['llama', { attention: 0 }],
    ['mistral', { attention: 0 }],
    ['qwen2', { attention: 0 }],
  ])('of %s are those of transformers where it is silent', (type, expected) => {
    expect(ratesOf({ model_type: type })).toEqual(expected);
  });

  it.each([
    ['bert', 'hidden_dropout_prob', { hidden: fifth, attention: 0.1, classifier: fifth }],
    ['bert', 'attention_probs_dropout_prob', { hidden: 0.1, attention: fifth, classifier: 0.1 }],
    ['roberta', 'classifier_dropout', { hidden: 0.1, attention: 0.1, classifier: fifth }],
    ['distilbert', 'dropout', { hidden: fifth, attention: 0.1, classifier: 0.2 }],
    ['distilbert', 'attention_dropout', { hidden: 0.1, attention: fifth, classifier: 0.2 }],
    ['albert', 'classifier_dropout_prob', { hidden: 0, attention: 0, classifier: fifth }],
    ['gpt2', 'embd_pdrop', { embeddings: fifth, attention: 0.1, residual: 0.1 }],
    ['gpt2', 'attn_pdrop', { embeddings: 0.1, attention: fifth, residual: 0.1 }],
    ['gpt2', 'resid_pdrop', { embeddings: 0.1, attention: 0.1, residual: fifth }],
    ['t5', 'dropout_rate', { hidden: fifth, classifier: 0 }],
    ['t5', 'classifier_dropout', { hidden: 0.1, classifier: fifth }],
    ['llama', 'attention_dropout', { attention: fifth }],
  ])('of %s has %s', (type, field, expected) => {
    expect(ratesOf({ model_type: type, [field]: fifth })).toEqual(expected);
  });

  it('takes null for silence', () => {
    expect(ratesOf({ model_type: 'bert', hidden_dropout_prob: 0.3, classifier_dropout: null })).toEqual({
      hidden: 0.3,
      attention: 0.1,
      classifier: 0.3,
    });
  });

  it.each([1, -0.1, Number.NaN, '0.1'])('refuses %s, which is no rate', (value) => {
    for (const [type, { ratesOf: rates }] of adapters) {
      const config = { hidden_dropout_prob: value, attention_dropout: value, attn_pdrop: value, dropout_rate: value };
      expect(() => rates({ model_type: type, ...config }), type).toThrow(
        expect.objectContaining({ code: 'ADAPTER_RATE' }),
      );
    }
  });
});
