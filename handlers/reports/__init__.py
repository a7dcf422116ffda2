"""上报: one breath, one report. She says it, sees what was understood, corrects it, gets a receipt number."""
