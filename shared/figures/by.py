"""What figures can be split by."""

from enum import StrEnum
from typing import Final

from contracts.figures import Figures, Group


class By(StrEnum):
    """One split, by the word that a question names it with."""

    FAMILY = "family"
    SOURCE = "source"
    UNIT = "unit"
    CATEGORY = "category"
    ENTERPRISE = "enterprise"
    PERIOD = "period"

    @property
    def field(self) -> str:
        """The field of the figures that has its groups."""
        return _SPLITS[self][0]

    @property
    def zh(self) -> str:
        """The header of the column of groups."""
        return _SPLITS[self][1]

    def groups(self, figures: Figures) -> tuple[Group, ...]:
        """The groups of figures that are split by this."""
        groups: tuple[Group, ...] = getattr(figures, self.field)
        return groups


_SPLITS: Final[dict[By, tuple[str, str]]] = {
    By.FAMILY: ("families", "类别"),
    By.SOURCE: ("sources", "来源"),
    By.UNIT: ("units", "单位"),
    By.CATEGORY: ("categories", "事项分类"),
    By.ENTERPRISE: ("enterprises", "企业"),
    By.PERIOD: ("periods", "收到月份"),
}
ALL: Final = frozenset(By)
