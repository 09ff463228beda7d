import { z } from 'zod';
import { API_KEY_SECRET } from '#shared/identity/key-settings.ts';
import { DATA_DIR, NODE_ENV } from '#shared/settings/settings.ts';

/** Settings of `npm run demo`. */
export const demoSettings = z.object({ NODE_ENV, DATA_DIR, API_KEY_SECRET });

/** Settings of `npm run seed`. */
export const seedSettings = z.object({ NODE_ENV });
