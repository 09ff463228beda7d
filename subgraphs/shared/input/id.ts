import { z } from 'zod';
import { toId } from '../ids.ts';

/** The id of a record, in upper or lower case. The store checks that the record exists. */
export const id = z.string().max(100).transform(toId);

/** The version of a record that the caller wants to change. */
export const expectedVersion = z.int();
