/** The table of connections, as Linux writes it. */

import { expect, test } from 'vitest'
import { establishedAt } from './sockets.ts'

const rest = '00000000:00000000 00:00000000 00000000     0        0 1 1'
const v6 = '0000000000000000FFFF0000'
const table = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid',
  `   0: 0100007F:1F90 00000000:0000 0A ${rest}`,
  `   1: 0100007F:1F90 0100007F:C350 01 ${rest}`,
  `   2: 0100007F:C350 0100007F:1F90 01 ${rest}`,
  `   3: 0100007F:1F90 0100007F:C351 06 ${rest}`,
  `   4: ${v6}0100007F:1F91 ${v6}0100007F:C352 01 ${rest}`,
  '',
].join('\n')

test('counted at one end, and only those that stand', () => {
  expect(establishedAt(table, new Set([8080]))).toBe(1)
  expect(establishedAt(table, new Set([8080, 8081]))).toBe(2)
  expect(establishedAt(table, new Set([1]))).toBe(0)
  expect(establishedAt('', new Set([8080]))).toBe(0)
})
