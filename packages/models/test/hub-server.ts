import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** One model on the server. */
export interface ServedModel {
  /** Contents by path. Those that are no JSON and no text are served as Git LFS files, with a SHA-256. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly commit?: string;
  readonly branch?: string;
}

/** What goes wrong with the next requests; each number serves once. */
export interface Faults {
  /** Cut the connection after so many bytes of the weights. */
  readonly cutAfter: number[];
  /** Answer with this status instead of serving a file. */
  readonly status: number[];
  /** Serve this instead of the file's content, from then on. */
  content?: Uint8Array;
}

/** A server that speaks as much of the hub's protocol as downloads need, for the time of a test. */
export class HubServer {
  readonly faults: Faults = { cutAfter: [], status: [] };
  /** Path and range of every request for a file's content, e.g. `model.safetensors bytes=7-99`. */
  readonly downloads: string[] = [];
  /** The authorization of every request. */
  readonly authorizations = new Set<string | undefined>();

  private constructor(
    readonly endpoint: string,
    readonly models: Map<string, ServedModel>,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(models: Readonly<Record<string, ServedModel>> = {}): Promise<HubServer> {
    const server = createServer((request, response) => hub.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const stop = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    const hub = new HubServer(`http://127.0.0.1:${port}`, new Map(Object.entries(models)), stop);
    onTestFinished(stop);
    return hub;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.authorizations.add(request.headers.authorization);
    const { pathname } = new URL(request.url!, this.endpoint);
    const api = /^\/api\/models\/(.+?)\/(revision|tree)\/([^/]+)$/.exec(pathname);
    const file = /^\/(.+?)\/resolve\/([^/]+)\/([^/]+)$/.exec(pathname);
    const [name, revision] = api ? [api[1]!, api[3]!] : [file?.[1] ?? '', file?.[2] ?? ''];
    const model = this.models.get(name);
    if (model === undefined) return json(response, 401, { error: 'Invalid username or password.' });
    const commit = model.commit ?? COMMIT;
    if (![commit, model.branch ?? 'main'].includes(decodeURIComponent(revision))) {
      return json(response, 404, { error: `Invalid rev id: ${revision}` });
    }
    if (api?.[2] === 'revision') return json(response, 200, { id: name, sha: commit });
    if (api) return json(response, 200, Object.entries(model.files).map(([path, content]) => entry(path, content))); // prettier-ignore
    const content = model.files[file![3]!];
    if (content === undefined) return json(response, 404, { error: 'Entry not found' });
    this.#serve(file![3]!, Buffer.from(content as string), request, response);
  }

  #serve(path: string, listed: Buffer, request: IncomingMessage, response: ServerResponse): void {
    const content = this.faults.content ?? listed;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const probing = first === '0' && last === '0';
    if (!probing) this.downloads.push(first === undefined ? path : `${path} from ${first}`);
    const status = this.faults.status.shift();
    if (status !== undefined) return json(response, status, { error: 'as asked' });
    const begin = Number(first ?? 0);
    const end = Math.min(last ? Number(last) + 1 : content.length, content.length);
    const body = content.subarray(begin, end);
    response.writeHead(first === undefined ? 200 : 206, {
      etag: `"${createHash('sha1').update(content).digest('hex')}"`,
      'content-length': body.length,
      ...(first !== undefined && { 'content-range': `bytes ${begin}-${end - 1}/${content.length}` }),
    });
    const cut = probing || path !== 'model.safetensors' ? undefined : this.faults.cutAfter.shift();
    if (cut === undefined) response.end(body);
    else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
  }
}

/** The commit that models are at unless they say otherwise. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

function entry(path: string, content: Uint8Array | string): object {
  const bytes = Buffer.from(content as string);
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const common = { type: 'file', path, size: bytes.length, oid };
  if (/\.(json|txt|md)$/.test(path)) return common;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  // The hub's own field is `oid` of the pointer; a file of LFS has the SHA-256 of its content beside it.
  return { ...common, oid: 'f'.repeat(40), lfs: { oid: sha256, size: bytes.length, pointerSize: 134 } };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
