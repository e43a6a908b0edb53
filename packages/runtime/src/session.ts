import { GuidedDropoutError } from '@guided-dropout/core';
import {
  encodeModel,
  isDataType,
  modelOf,
  type DataType,
  type Graph,
  type Model,
  type Tensor,
} from '@guided-dropout/onnx';
import * as ort from 'onnxruntime-node';
import { freeMemory } from './free-memory.js';
import { fromOrtTensor, toOrtTensor, unsupportedType } from './ort-tensor.js';

/** How a session is set up. */
export interface SessionOptions {
  /** Threads inside an operator; ONNX Runtime's default is one per core. */
  readonly numThreads?: number | undefined;
  /** Rewriting of the graph at load: `all` for work, `disabled` where every node must stay (probing). */
  readonly optimization?: 'all' | 'disabled';
}

/** Named tensors going in or coming out. */
export type Feeds = Readonly<Record<string, Tensor>>;

/** A graph loaded into ONNX Runtime on the CPU. Release it with {@link Session.release}. */
export class Session {
  readonly #session: ort.InferenceSession;
  readonly #label: string;

  private constructor(session: ort.InferenceSession, label: string) {
    this.#session = session;
    this.#label = label;
  }

  /**
   * Loads a graph or model.
   *
   * @throws GuidedDropoutError `RUNTIME_LOAD` when ONNX Runtime rejects it; its own message follows. `ONNX_*` when it
   * cannot be encoded.
   */
  static async create(source: Graph | Model, options: SessionOptions = {}): Promise<Session> {
    const model = 'graph' in source ? source : modelOf(source);
    const label = `graph '${model.graph.name}'`;
    const bytes = encodeModel(model);
    try {
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: ['cpu'],
        graphOptimizationLevel: options.optimization ?? 'all',
        // A plan for the memory of a run is kept for every shape of the inputs, beside the memory it was found in: batches
        // of changing length would hold both many times over (measured: 1.8 against 1.4 GB for four layers of BERT-base).
        enableMemPattern: false,
        // What fails is thrown, with the same words.
        logSeverityLevel: 4,
        ...(options.numThreads !== undefined && { intraOpNumThreads: options.numThreads }),
        // Without its mask a Dropout node would silently be optimised away (seen at opsets 13 to 22).
        extra: { optimization: { disable_specified_optimizers: 'EliminateDropout' } },
      });
      return new Session(session, label);
    } catch (error) {
      throw runtimeError('RUNTIME_LOAD', label, 'a graph ONNX Runtime accepts', error);
    }
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /**
   * The element type of every output, as ONNX Runtime inferred it.
   *
   * @throws GuidedDropoutError `RUNTIME_TYPE` for an output that is no tensor of a supported type.
   */
  get outputTypes(): ReadonlyMap<string, DataType> {
    return new Map(
      this.#session.outputMetadata.map((output) => {
        const type = output.isTensor ? output.type : 'no tensor';
        if (!isDataType(type)) throw unsupportedType(`${this.#label}, output '${output.name}'`, type);
        return [output.name, type];
      }),
    );
  }

  /** Runs the graph once and returns its outputs, or those named, each in fresh memory. */
  async run(feeds: Feeds, outputNames?: readonly string[]): Promise<Record<string, Tensor>> {
    const inputs = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toOrtTensor(value)]));
    const fetches = outputNames && Object.fromEntries(outputNames.map((name) => [name, null]));
    const outputs = await this.runRaw(inputs, fetches);
    return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrtTensor(value)]));
  }

  /**
   * Runs the graph on ONNX Runtime's own tensors; `fetches` gives memory for some outputs, `null` asks for fresh memory.
   *
   * @throws GuidedDropoutError `RUNTIME_RUN` when execution fails.
   */
  async runRaw(
    feeds: ort.InferenceSession.FeedsType,
    fetches?: ort.InferenceSession.NullableOnnxValueMapType,
  ): Promise<ort.InferenceSession.ReturnType> {
    try {
      return fetches === undefined ? await this.#session.run(feeds) : await this.#session.run(feeds, fetches);
    } catch (error) {
      throw runtimeError('RUNTIME_RUN', this.#label, 'the graph to run on these inputs', error);
    }
  }

  /**
   * Runs the graph on ONNX Runtime's own tensors and writes the outputs named in `into` into the tensors given there.
   *
   * @returns the outputs that are not among them.
   * @throws GuidedDropoutError `RUNTIME_RUN` when execution fails; the tensors' values are undefined then.
   */
  async runInto(
    feeds: ort.InferenceSession.FeedsType,
    into: Readonly<Record<string, ort.Tensor>>,
  ): Promise<Record<string, ort.Tensor>> {
    const isGiven = (name: string): boolean => Object.hasOwn(into, name);
    const fetches = Object.fromEntries(this.outputNames.map((name) => [name, isGiven(name) ? into[name]! : null]));
    const outputs = Object.entries(await this.runRaw(feeds, fetches));
    await freeMemory(outputs.filter(([name]) => isGiven(name)).map(([, { data }]) => (data as Float32Array).buffer));
    return Object.fromEntries(outputs.filter(([name]) => !isGiven(name))) as Record<string, ort.Tensor>;
  }

  /** Frees the native memory. The session cannot be used afterwards. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

function runtimeError(code: string, where: string, expected: string, cause: unknown): GuidedDropoutError {
  const received = (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, '');
  return new GuidedDropoutError(
    code,
    { where, expected, received, fix: 'Check the input shapes and types; this may be a defect of the graph.' },
    { cause },
  );
}
