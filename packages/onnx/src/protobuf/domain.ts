/** The name of an operator set's domain; the standard one may be spelled out in a file and is `''` here. */
export function domainOf(name: string | undefined): string {
  return name === undefined || name === 'ai.onnx' ? '' : name;
}
