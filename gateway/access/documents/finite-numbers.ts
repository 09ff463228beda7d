import { type ASTVisitor, type FloatValueNode, GraphQLError, type IntValueNode, type ValidationContext } from 'graphql';

/** Refuses numbers such as `1e999`, which the parser accepts but JavaScript reads as Infinity. JSON for a subgraph can't express Infinity. */
export function finiteNumbersRule(context: ValidationContext): ASTVisitor {
  const check = (node: IntValueNode | FloatValueNode): void => {
    if (Number.isFinite(Number(node.value))) return;
    const message = `The number ${node.value.slice(0, 40)} is out of range. Use a number that fits a Float.`;
    context.reportError(new GraphQLError(message, { nodes: node }));
  };
  return { IntValue: check, FloatValue: check };
}
