import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCheckpoint } from '@guided-dropout/models';
import { encodeModel, modelOf } from '@guided-dropout/onnx';
import { ort, ortFeeds } from '../harness/onnxruntime.js';
import { readBatch, trainingGraph } from './training-graph.js';

/** One event of ONNX Runtime's profile; `dur` in microseconds. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

const matrixProducts = /^(MatMul|FusedMatMul|Gemm|FusedGemm)$/;
const RUNS = 6;

/** The share of time outside matrix products, and the operators that take most, of ONNX Runtime's own profile. */
export async function profileShare(
  folder: string,
): Promise<{ readonly nonMatrixShare: number; readonly operators: Readonly<Record<string, number>> }> {
  const { graph, values } = await trainingGraph(await loadCheckpoint(folder), 'summed');
  const output = await mkdtemp(join(tmpdir(), 'guided-dropout-profile-'));
  try {
    const session = await ort.InferenceSession.create(encodeModel(modelOf(graph)), {
      enableProfiling: true,
      profileFilePrefix: join(output, 'profile'),
    });
    const feeds = ortFeeds({ ...readBatch(folder), ...Object.fromEntries(values) });
    for (let run = 0; run < RUNS; run++) await session.run(feeds);
    session.endProfiling();
    await session.release();
    const [file] = await readdir(output);
    return sharesOf(JSON.parse(await readFile(join(output, file!), 'utf8')) as ProfileEvent[]);
  } finally {
    await rm(output, { recursive: true });
  }
}

function sharesOf(events: readonly ProfileEvent[]): {
  readonly nonMatrixShare: number;
  readonly operators: Readonly<Record<string, number>>;
} {
  const times = new Map<string, number>();
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  // The first run touches its memory for the first time.
  for (const { name, dur, args } of kernels.slice(kernels.length / RUNS)) {
    const operator = args?.op_name ?? name;
    times.set(operator, (times.get(operator) ?? 0) + dur);
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...times].map(([operator, time]) => [operator, time / total] as const);
  const nonMatrix = shares.filter(([operator]) => !matrixProducts.test(operator));
  return {
    nonMatrixShare: nonMatrix.reduce((sum, [, share]) => sum + share, 0),
    operators: Object.fromEntries(shares.toSorted((a, b) => b[1] - a[1]).slice(0, 8)),
  };
}
