import { type ASTVisitor, type FloatValueNode, GraphQLError, type IntValueNode, type ValidationContext } from 'graphql';

/** `1e999` is a number to the parser and Infinity to JavaScript: no request to a subgraph can hold it. */
export function finiteNumbersRule(context: ValidationContext): ASTVisitor {
  const check = (node: IntValueNode | FloatValueNode): void => {
    if (Number.isFinite(Number(node.value))) return;
    const message = `A number within the range of Float is required; got ${node.value.slice(0, 40)}.`;
    context.reportError(new GraphQLError(message, { nodes: node }));
  };
  return { IntValue: check, FloatValue: check };
}
