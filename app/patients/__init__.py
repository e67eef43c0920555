"""The section Patients: finding somebody, opening the page, and who may without giving a reason."""
