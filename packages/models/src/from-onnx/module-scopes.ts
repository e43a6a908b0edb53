/** Several modules stand in one scope. */
const AMBIGUOUS = Symbol('ambiguous');

/** What exporters and optimisers append to the scope of a module: operators, and names of fusions. */
const appended = /^$|Fusion$|^(?:Fused)?(?:MatMul|Gemm|Add|Mul|Gather|Transpose|LayerNormalization)(?:_\d+)?$/;

/** A scope, and which of the calls that were traced in it is meant: the second call of `q` is `q_1`. */
interface Call {
  readonly path: readonly string[];
  readonly occurrence: number;
}

/**
 * The modules that the scopes in node names stand for. PyTorch's exporter names a node by the modules whose call it was
 * traced in, `/bert/encoder/layer.0/attention/self/query/MatMul`. That path lacks modules whose children are called
 * past them (`/predictions/decoder` of `cls.predictions.decoder`), and numbers repeated calls. So scopes are learned
 * from the parameters that kept their names, and applied to what stands beside them.
 */
export class ModuleScopes {
  readonly #modules = new Map<string, string | typeof AMBIGUOUS>();
  readonly #paths = new Set<string>();

  /** @param nodeNames of all nodes, which tell repeated calls from names that end in a number (`ln_1`). */
  constructor(nodeNames: Iterable<string>) {
    for (const name of nodeNames) this.#paths.add(scopeOf(name).join('/'));
  }

  /** Learns that a node of this name computes with a parameter of this module. */
  learn(nodeName: string, module: string): void {
    const scope = scopeOf(nodeName);
    if (scope.length === 0) return;
    let rest = module;
    let occurrence = 0;
    for (let length = scope.length; length > 0; length--) {
      const path = scope.slice(0, length);
      const own = path.at(-1)!;
      if (!endsIn(rest, own)) {
        const call = occurrence === 0 ? repeatedCall(path) : undefined;
        if (call === undefined || !endsIn(rest, call.path.at(-1)!)) return;
        occurrence = call.occurrence;
        path[length - 1] = call.path.at(-1)!;
      }
      this.#record({ path, occurrence }, rest);
      rest = rest.slice(0, Math.max(0, rest.length - path.at(-1)!.length - 1));
    }
    this.#record({ path: [], occurrence }, rest);
  }

  /** The module that a node of this name was traced in; undefined where its name has no scope, or nothing tells. */
  moduleOf(nodeName: string): string | undefined {
    const scope = scopeOf(nodeName);
    if (scope.length === 0) return undefined;
    const repeated = repeatedCall(scope);
    const call =
      repeated !== undefined && this.#paths.has(repeated.path.join('/')) ? repeated : { path: scope, occurrence: 0 };
    for (let length = call.path.length; length >= 0; length--) {
      const module = this.#modules.get(keyOf({ ...call, path: call.path.slice(0, length) }));
      if (typeof module === 'string') return [module, ...call.path.slice(length)].filter(Boolean).join('.');
    }
    return call.occurrence === 0 ? call.path.join('.') : undefined;
  }

  #record(call: Call, module: string): void {
    const key = keyOf(call);
    const known = this.#modules.get(key);
    this.#modules.set(key, known === undefined || known === module ? module : AMBIGUOUS);
  }
}

/** `/bert/pooler/dense/Gemm` → `bert`, `pooler`, `dense`; nothing for names without a scope. */
function scopeOf(nodeName: string): string[] {
  if (!nodeName.startsWith('/')) return [];
  const scope = nodeName.slice(1).split('/').slice(0, -1);
  while (scope.length > 0 && appended.test(scope.at(-1)!)) scope.pop();
  return scope;
}

function repeatedCall(path: readonly string[]): Call | undefined {
  const [, name, occurrence] = /^(.+)_(\d+)$/.exec(path.at(-1) ?? '') ?? [];
  return name === undefined ? undefined : { path: [...path.slice(0, -1), name], occurrence: Number(occurrence) };
}

function endsIn(module: string, part: string): boolean {
  return module === part || module.endsWith(`.${part}`);
}

function keyOf({ path, occurrence }: Call): string {
  return `${path.join('/')}#${occurrence}`;
}
