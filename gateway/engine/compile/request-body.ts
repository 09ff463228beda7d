import { quote } from '../values/json-text.ts';

/** Writes the JSON body of a subgraph request from prebuilt pieces and the JSON texts of its variables. */
export interface RequestBody {
  write(slots: readonly string[], clientVariable: (name: string) => string | undefined): string;
}

/**
 * @param nullsInPlace whether the subgraph is asked not to propagate errors (`onError: NULL`). Subgraphs that do not know the parameter ignore it.
 * @param slotVariables names of the variables for representations, in slot order
 * @param clientVariables names of the client's variables that the operation uses
 */
export function compileRequestBody(
  operation: string,
  operationName: string | undefined,
  nullsInPlace: boolean,
  slotVariables: readonly string[],
  clientVariables: readonly string[],
): RequestBody {
  const name = operationName === undefined ? '' : `,"operationName":${quote(operationName)}`;
  const onError = nullsInPlace ? ',"onError":"NULL"' : '';
  const head = `{"query":${JSON.stringify(operation)}${name}${onError}`;
  const slotPieces = slotVariables.map((variable, index) => `${index ? ',' : ''}${quote(variable)}:[`);
  const variablePieces = clientVariables.map((variable) => ({ name: variable, piece: `${quote(variable)}:` }));
  if (slotPieces.length === 0 && variablePieces.length === 0) return { write: () => `${head}}` };
  return {
    write(slots, clientVariable) {
      let body = `${head},"variables":{`;
      for (let index = 0; index < slotPieces.length; index++) body += `${slotPieces[index]}${slots[index]}]`;
      let separator = slotPieces.length > 0 ? ',' : '';
      for (const { name, piece } of variablePieces) {
        const text = clientVariable(name);
        if (text === undefined) continue;
        body += separator + piece + text;
        separator = ',';
      }
      return `${body}}}`;
    },
  };
}
