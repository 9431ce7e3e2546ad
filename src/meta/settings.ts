/** The command about settings: what holds for the whole cluster, as texts by key. */

import { SETTING_KEY_MAX, SETTING_VALUE_MAX, SETTINGS_MAX } from './bounds.ts'
import type { MetaRefusal } from './command.ts'
import { withRow } from './rows.ts'
import type { MetaState, Setting } from './state.ts'

/** An empty value: the setting goes. */
export function set(state: MetaState, setting: Setting): MetaState | MetaRefusal {
  const { key, value } = setting
  const isSound = key !== '' && key.length <= SETTING_KEY_MAX && value.length <= SETTING_VALUE_MAX
  if (!isSound) return 'bad-setting'
  const others = state.settings.filter(one => one.key !== key)
  if (value === '') return { ...state, settings: others }
  if (others.length >= SETTINGS_MAX) return 'too-many-settings'
  return { ...state, settings: withRow(others, setting, one => one.key) }
}
