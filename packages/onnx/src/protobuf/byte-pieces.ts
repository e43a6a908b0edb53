import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { MAX_FILE_BYTES } from './limits.js';
import { onnxError } from './onnx-error.js';

/** Shorter byte strings are copied into the running piece: a list of many tiny pieces would cost more. */
const SMALLEST_PIECE = 4096;

/**
 * Encoded bytes as a list of pieces, so that tensor data, however deep in the message, is copied once: into the
 * finished file.
 *
 * Every method throws GuidedDropoutError `ONNX_TOO_LARGE` when the whole grows beyond what a file may hold.
 */
export class BytePieces {
  readonly #pieces: Uint8Array[] = [];
  readonly #writer = new BinaryWriter();
  #length = 0;

  /** The writer for everything small. */
  get writer(): BinaryWriter {
    return this.#writer;
  }

  /** Appends a length and the bytes; long ones by reference. */
  appendBytes(bytes: Uint8Array): void {
    this.#assertRoom(bytes.length);
    this.#writer.uint32(bytes.length);
    this.#appendPiece(bytes);
  }

  /** Appends a length and what another list holds. */
  appendMessage(pieces: BytePieces): void {
    this.#writer.uint32(pieces.finish());
    for (const piece of pieces.#pieces) this.#appendPiece(piece);
  }

  /** Ends the list; returns its length in bytes. */
  finish(): number {
    const written = this.#writer.finish();
    if (written.length > 0) this.#push(written);
    return this.#length;
  }

  /** All bytes in one array; call after {@link finish}. */
  join(): Uint8Array {
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  #appendPiece(bytes: Uint8Array): void {
    if (bytes.length < SMALLEST_PIECE) {
      this.#writer.raw(bytes);
      return;
    }
    this.finish();
    this.#push(bytes);
  }

  #push(piece: Uint8Array): void {
    this.#assertRoom(piece.length);
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  #assertRoom(more: number): void {
    if (this.#length + more <= MAX_FILE_BYTES) return;
    const received = `more than ${MAX_FILE_BYTES} bytes`;
    const fix = 'Keep the weights beside the model, as graph inputs fed from safetensors, not as initializers.';
    throw onnxError('ONNX_TOO_LARGE', 'encodeModel', 'at most 2 GiB, the limit of protobuf', received, fix);
  }
}
