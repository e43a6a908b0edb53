import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

let nowhere: Promise<MessagePort> | undefined;

/**
 * Frees the memory of array buffers at once; the arrays over them have length 0 from then on.
 *
 * ONNX Runtime's binding returns a copy of every output, also of those it was given memory for. Left to garbage
 * collection, copies of all weights and moments pile up over the steps (measured: 1.52 GB of peak memory against 1.16 with
 * four layers of BERT-base). Buffers that are posted to a closed port leave this thread and end there.
 */
export async function freeMemory(buffers: Iterable<ArrayBufferLike>): Promise<void> {
  nowhere ??= closedPort();
  const transferable = [...new Set(buffers)].filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
  (await nowhere).postMessage(null, transferable);
}

async function closedPort(): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel();
  // A port that nobody listens to for messages does not keep the program running until it is closed.
  port1.ref();
  port2.close();
  await once(port1, 'close');
  return port1;
}
