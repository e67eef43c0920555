"""Icons, fonts, design tokens, locale, demo hospital."""
