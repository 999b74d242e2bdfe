// SPDX-License-Identifier: MIT
import DefaultTheme from 'vitepress/theme'
import './agi.css'

export default DefaultTheme
