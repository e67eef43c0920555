"""The patients that this desk knows: facts as messages told them, folded into what people see."""
