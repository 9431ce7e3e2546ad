/** Every refusal says what was found and what to do. */

import { expect, test } from 'vitest'
import { refusal, type StoreCode } from './refusal.ts'

const advice: readonly (readonly [StoreCode, RegExp])[] = [
  ['store-missing', /joins anew/],
  ['store-of-another-node', /folder of this node/],
  ['store-of-another-cluster', /folder of this cluster/],
  ['store-of-another-folder', /put the log .* back/],
  ['store-format', /version of Weir/],
  ['store-damaged', /joins anew, as another replica/],
  ['log-damaged', /joins anew, as another replica/],
  ['log-lost', /joins anew, as another replica/],
  ['no-such-file', /make the folder/],
  ['disk-full', /free space/],
  ['io-error', /check the disk/],
]

test.each(advice)('%s says what to do', (code, wanted) => {
  const { code: said, message } = refusal(code, 'this was found')
  expect(said).toBe(code)
  expect(message).toMatch(/^this was found; /)
  expect(message).toMatch(wanted)
})
