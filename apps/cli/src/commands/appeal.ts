import { defineCommand } from 'citty';
import { carry, sign, withdraw } from './appealSign.ts';
import { accept, list } from './appealWeigh.ts';

/** `concord appeal`: an account objects to a finished model, and members weigh that. */
export const appeal = defineCommand({
  meta: {
    name: 'appeal',
    description: 'Object to what a finished model makes of your account; carry and weigh such appeals.',
  },
  subCommands: { sign, carry, withdraw, list, accept },
});
