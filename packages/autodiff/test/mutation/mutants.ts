import ts from 'typescript';

/** One small change to a source file. */
export interface Mutant {
  readonly line: number;
  /** The trimmed source line. */
  readonly code: string;
  /** `what stood there → what stands there now`. */
  readonly change: string;
  /** The whole changed source. */
  readonly source: string;
}

/** Operators that stand in for one another: another sign, another direction, a factor that is lost. */
const operatorSwaps: Readonly<Record<string, readonly string[]>> = {
  Abs: ['Identity'],
  Add: ['Sub'],
  And: ['Or'],
  Cos: ['Sin'],
  Cosh: ['Sinh'],
  Div: ['Mul'],
  Exp: ['Identity'],
  Greater: ['GreaterOrEqual', 'Less'],
  GreaterOrEqual: ['Greater', 'LessOrEqual'],
  Less: ['LessOrEqual', 'Greater'],
  LessOrEqual: ['Less', 'GreaterOrEqual'],
  Log: ['Identity'],
  Max: ['Min'],
  Min: ['Max'],
  Mul: ['Div'],
  Neg: ['Identity'],
  Reciprocal: ['Identity'],
  ReduceMean: ['ReduceSum'],
  ReduceProd: ['ReduceSum'],
  ReduceSum: ['ReduceMean'],
  Round: ['Identity'],
  Sigmoid: ['Tanh'],
  Sign: ['Identity'],
  Sin: ['Cos'],
  Sinh: ['Cosh'],
  Softplus: ['Identity'],
  Sqrt: ['Identity'],
  Sub: ['Add'],
  Tanh: ['Identity'],
};

/** Operators whose result is of the type and shape of an operand, so that an operand can go missing. */
const dropsOperand: ReadonlySet<string> = new Set(['Add', 'And', 'Div', 'Max', 'Min', 'Mul', 'Sub']);
/** Operators whose first two inputs can change places without a change of type, and matter. */
const swapsOperands: ReadonlySet<string> = new Set(['Div', 'Greater', 'Less', 'MatMul', 'Pow', 'Sub']);

const tokenSwaps: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '+'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '>='],
  [ts.SyntaxKind.GreaterThanToken, '<='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
]);

/** Every mutant of a TypeScript source. Errors that it throws, imports and types are left alone. */
export function mutantsOf(source: string): Mutant[] {
  const file = ts.createSourceFile('rule.ts', source, ts.ScriptTarget.ES2022, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isThrowStatement(node)) return;
    for (const replacement of replacementsOf(node)) mutants.push(mutant(file, node, replacement));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return mutants;
}

function mutant(file: ts.SourceFile, node: ts.Node, replacement: string): Mutant {
  const [start, end] = [node.getStart(file), node.getEnd()];
  const { line } = file.getLineAndCharacterOfPosition(start);
  return {
    line: line + 1,
    code: file.text.split('\n')[line]!.trim(),
    change: `${oneLine(node.getText(file))} → ${oneLine(replacement)}`,
    source: file.text.slice(0, start) + replacement + file.text.slice(end),
  };
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

function replacementsOf(node: ts.Node): string[] {
  if (ts.isCallExpression(node)) return [...contributionRemoved(node), ...operatorReplaced(node)];
  if (ts.isNumericLiteral(node)) return numberReplaced(node);
  if (ts.isStringLiteral(node)) return node.text === 'add' ? ["'none'"] : [];
  if (ts.isBinaryExpression(node)) return binaryReplaced(node);
  if (ts.isPrefixUnaryExpression(node)) return [node.operand.getText()];
  if (ts.isConditionalExpression(node)) {
    return [`${node.condition.getText()} ? ${node.whenFalse.getText()} : ${node.whenTrue.getText()}`];
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ['false'];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ['true'];
  return [];
}

/** A share of the gradient that is not reported. */
function contributionRemoved({ expression }: ts.CallExpression): string[] {
  return /(^|\.)contribute\w*$/.test(expression.getText()) ? ['undefined'] : [];
}

/** `builder.op('Operator', [inputs], attributes)` with another operator, or other inputs. */
function operatorReplaced(call: ts.CallExpression): string[] {
  const [name, inputs] = call.arguments;
  if (!/(^|\.)op$/.test(call.expression.getText()) || name === undefined || !ts.isStringLiteral(name)) return [];
  const withName = (other: string): string => call.getText().replace(name.getText(), `'${other}'`);
  const renamed = (operatorSwaps[name.text] ?? []).map(withName);
  if (inputs === undefined || !ts.isArrayLiteralExpression(inputs)) return renamed;
  const operands = inputs.elements.map((element) => element.getText());
  const withInputs = (...others: string[]): string =>
    call.getText().replace(inputs.getText(), `[${others.join(', ')}]`);
  const [first, second, third] = operands;
  if (name.text === 'Where') return [withInputs(first!, third!, second!)];
  if (operands.length !== 2) return renamed;
  if (dropsOperand.has(name.text)) renamed.push(first!, second!);
  if (swapsOperands.has(name.text)) renamed.push(withInputs(second!, first!));
  return renamed;
}

function numberReplaced(literal: ts.NumericLiteral): string[] {
  const value = Number(literal.text);
  const others = value === 1 ? ['0', '2'] : [String(value + 1)];
  const { parent } = literal;
  // A negated constant; elsewhere numbers are axes, indices and counts, which the others cover.
  const isConstant = ts.isCallExpression(parent) && /(^|\.)number$/.test(parent.expression.getText());
  return isConstant && value !== 0 ? [...others, `-${literal.text}`] : others;
}

function binaryReplaced({ left, operatorToken, right }: ts.BinaryExpression): string[] {
  if (operatorToken.kind === ts.SyntaxKind.PercentToken) return [left.getText()];
  const swapped = tokenSwaps.get(operatorToken.kind);
  return swapped === undefined ? [] : [`${left.getText()} ${swapped} ${right.getText()}`];
}
