/**
 * Where built programs and running services have their files: outside the tree, one place for a
 * user. `WEIR_CACHE` names another.
 */

import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** A relative XDG_CACHE_HOME counts for nothing: so its specification wants it. */
export function cacheFolderOf(env: Environment, home: string): string {
  const { WEIR_CACHE: own, XDG_CACHE_HOME: common } = env
  if (own !== undefined && own !== '') return own
  const isUsable = common !== undefined && isAbsolute(common)
  return join(isUsable ? common : join(home, '.cache'), 'weir')
}

export const cacheFolder = (): string => cacheFolderOf(process.env, homedir())
