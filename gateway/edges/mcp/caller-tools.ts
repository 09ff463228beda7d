import type { ListToolsResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { Caller } from '../../access/caller.ts';
import type { ValidDocument } from '../../access/documents/documents.ts';
import type { TrustedDocument, TrustedDocuments } from '../../access/documents/trusted-documents.ts';
import { holdsScopes } from '../../pipeline/contract.ts';
import { rootFields } from '../../pipeline/repeatable.ts';
import type { Generation } from '../../supergraph/generation.ts';
import { type DocumentTool, toTool } from './tool.ts';
import { DocumentNames } from './tool-names.ts';

/** Documents on one page of the list. */
const pageSize = 100;

export interface FoundTool {
  readonly document: TrustedDocument;
  readonly takesKey: boolean;
}

/** The documents of callers as tools. */
export class CallerTools {
  readonly #trusted: TrustedDocuments;
  readonly #names: DocumentNames;
  readonly #made = new WeakMap<ValidDocument, DocumentTool | undefined>();

  constructor(trusted: TrustedDocuments) {
    this.#trusted = trusted;
    this.#names = new DocumentNames(trusted);
  }

  /** A page of the tools that the caller may call. @param cursor name of the last tool of the page before */
  async list(caller: Caller, generation: Generation, cursor = ''): Promise<ListToolsResult> {
    const names = [...this.#names.of(caller.identity)].filter(([name]) => name > cursor);
    const page = names.slice(0, pageSize);
    const tools: Tool[] = [];
    for (const [name, document] of page) {
      const valid = await this.#validOf(document, caller, generation);
      const tool =
        valid &&
        this.#mayCall(document, valid, caller, generation) &&
        this.#toolOf(document, valid, caller, generation);
      if (!tool) continue;
      const { takesKey: _takesKey, ...shown } = tool;
      tools.push({ name, ...shown, description: this.#withPrice(shown.description ?? '', document, caller) });
    }
    const last = page.at(-1)?.[0];
    return { tools, ...(names.length > page.length && last !== undefined && { nextCursor: last }) };
  }

  /** Finds the document of a tool; undefined if the caller has no tool of this name. */
  async find(name: string, caller: Caller, generation: Generation): Promise<FoundTool | undefined> {
    const document = this.#names.of(caller.identity).get(name);
    if (!document) return undefined;
    const valid = await this.#validOf(document, caller, generation);
    // A document that the supergraph can't serve is refused by the pipeline, with its reason.
    if (!valid) return { document, takesKey: false };
    const tool = this.#toolOf(document, valid, caller, generation);
    return tool && { document, takesKey: tool.takesKey };
  }

  /** Waits for documents that are being prepared. Undefined if the supergraph can't serve the document to this caller. */
  async #validOf(
    { id }: TrustedDocument,
    { identity }: Caller,
    { views, preparation }: Generation,
  ): Promise<ValidDocument | undefined> {
    const { documents } = views.for(identity);
    const known = documents.trusted(id);
    if (known) return known;
    await preparation.whenDone();
    return documents.trusted(id);
  }

  /** Valid documents of different schemas are different objects. */
  #toolOf(
    { id }: TrustedDocument,
    valid: ValidDocument,
    { identity }: Caller,
    { views, onceTraits }: Generation,
  ): DocumentTool | undefined {
    if (this.#made.has(valid)) return this.#made.get(valid);
    const tool = toTool(this.#trusted.textOf(id), valid, { schema: views.for(identity).documents.schema, onceTraits });
    this.#made.set(valid, tool);
    return tool;
  }

  /** False for a document whose contract, or one of whose root fields, requires more than the caller has. */
  #mayCall(
    trusted: TrustedDocument,
    { document, operations: [operation] }: ValidDocument,
    { identity, grants }: Caller,
    { engine }: Generation,
  ): boolean {
    const listing = this.#trusted.listingFor(trusted, identity);
    if (!listing || (listing.contract && !holdsScopes(listing.contract, identity))) return false;
    const access = engine?.accessOf({ source: this.#trusted.textOf(trusted.id), document });
    if (!access) return true;
    const denied = access.denied(access.key(grants));
    return !rootFields(operation.selectionSet, document).some((field) => denied.has(field));
  }

  #withPrice(description: string, document: TrustedDocument, { identity }: Caller): string {
    const price = this.#trusted.listingFor(document, identity)?.contract?.maximumPrice;
    return price == null ? description : `${description}\n\nA call costs at most ${price} points.`.trim();
  }
}
