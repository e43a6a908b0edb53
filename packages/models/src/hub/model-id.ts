/** A model on the Hugging Face hub, at one of its revisions. */
export interface ModelId {
  /** `name` or `organisation/name`. */
  readonly name: string;
  /** A branch, a tag, `refs/pr/<n>` or a commit. */
  readonly revision: string;
}

const namePattern = /^(?:\w[\w.-]*\/)?\w[\w.-]*$/;
const revisionPattern = /^\w[\w.+-]*(?:\/\w[\w.+-]*)*$/;
/** What the hub forbids in names, and what means something else in a path of the cache. */
const forbidden = /--|\.\.|[.-](?:$|\/)|\.git$/;
const LONGEST_NAME = 96;

/** Reads `name`, `organisation/name` or either with `@revision`; undefined where a text can be no id. */
export function parseModelId(text: string): ModelId | undefined {
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  const revision = at < 0 ? 'main' : text.slice(at + 1);
  if (!namePattern.test(name) || forbidden.test(name) || name.length > LONGEST_NAME) return undefined;
  if (!revisionPattern.test(revision) || revision.includes('..')) return undefined;
  return { name, revision };
}
