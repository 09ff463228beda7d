import { Script } from 'node:vm';
import { needs } from '#shared/runtime/config.ts';
import { plural, singular } from './english.ts';

/** One name in every form in which code writes it. */
export interface Name {
  /** loading-dock */
  readonly kebab: string;
  /** loading_dock */
  readonly snake: string;
  /** loadingDock */
  readonly camel: string;
  /** LoadingDock */
  readonly pascal: string;
  /** loading dock */
  readonly words: string;
}

/** The names of a new subgraph. */
export interface SubgraphNames {
  readonly subgraph: Name;
  /** Names for one record, and for several. */
  readonly type: Name;
  readonly types: Name;
}

/** PostgreSQL truncates names after 63 bytes. Derived names are longer than this one. */
const maxCharacters = 30;

/** Schemas of the database that belong to no subgraph, and the folder `shared`. */
const reserved = ['audit', 'jobs', 'public', 'shared'];

/** @throws ConfigurationError when a name can't be used in code, SDL or database */
export function namesOf(subgraph: string, type?: string): SubgraphNames {
  requireName(subgraph);
  if (type !== undefined) requireType(type);
  const words = type === undefined ? singularWords(subgraph.split('-')) : wordsOf(type);
  return { subgraph: nameOf(subgraph.split('-')), type: nameOf(words), types: nameOf(pluralWords(words)) };
}

function requireName(name: string): void {
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(name) || name.length > maxCharacters)
    throw needs('NAME', `at most ${maxCharacters} lower-case letters, with single dashes between words`, name);
  const { camel } = nameOf(name.split('-'));
  if (reserved.includes(name) || isKeyword(camel)) throw needs('NAME', 'a word that is not reserved', name);
}

function requireType(type: string): void {
  if (!/^(?:[A-Z][a-z]+)+$/.test(type) || type.length > maxCharacters)
    throw needs('--type', `at most ${maxCharacters} letters, as in LoadingDock`, type);
}

/** True for reserved words of JavaScript. */
function isKeyword(identifier: string): boolean {
  try {
    new Script(`'use strict'; async () => { let ${identifier}; }`);
    return false;
  } catch {
    return true;
  }
}

function wordsOf(pascal: string): string[] {
  return pascal.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}

function singularWords(words: readonly string[]): string[] {
  return [...words.slice(0, -1), singular(words.at(-1) ?? '')];
}

function pluralWords(words: readonly string[]): string[] {
  return [...words.slice(0, -1), plural(words.at(-1) ?? '')];
}

function nameOf(words: readonly string[]): Name {
  const pascal = words.map(capitalized).join('');
  return {
    kebab: words.join('-'),
    snake: words.join('_'),
    camel: `${words[0]}${words.slice(1).map(capitalized).join('')}`,
    pascal,
    words: words.join(' '),
  };
}

export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
