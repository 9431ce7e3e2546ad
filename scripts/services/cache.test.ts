/** Where the cache lies. */

import { expect, test } from 'vitest'
import { cacheFolderOf } from './cache.ts'

test.each([
  [{}, '/home/a/.cache/weir'],
  [{ XDG_CACHE_HOME: '/big/cache' }, '/big/cache/weir'],
  [{ XDG_CACHE_HOME: 'relative' }, '/home/a/.cache/weir'],
  [{ XDG_CACHE_HOME: '' }, '/home/a/.cache/weir'],
  [{ WEIR_CACHE: '/own', XDG_CACHE_HOME: '/big/cache' }, '/own'],
  [{ WEIR_CACHE: '' }, '/home/a/.cache/weir'],
])('%o -> %s', (env, folder) => {
  expect(cacheFolderOf(env, '/home/a')).toBe(folder)
})
