/** What the file store asks of the system: a seam for tests that look at what is durable when. */

import { link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'

/** Of Node's own module: those that are used, as they are. */
export const systemFiles = {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
}

export type Files = typeof systemFiles
