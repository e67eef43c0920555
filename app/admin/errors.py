"""What goes wrong in administration, told in French with what to do."""

from __future__ import annotations

from media.errors import MediaError, TrustError

TEXTS = {
    "clock": "L'horloge de cette machine est en retard sur l'annuaire : mettez-la à l'heure.",
    "issuer-expired": "La clé d'émission a expiré : lancez « consilium-admin org issuer ».",
    "issuer-unknown": "Cette clé racine n'est pas celle de l'organisation : prenez le bon fichier.",
    "certificate-revoked": "Ce certificat est révoqué : faites une nouvelle demande.",
    "signature": "Une signature est fausse : fichier modifié, redemandez-le ou restaurez-le.",
    "directory-fork": "L'annuaire est endommagé : restaurez le dossier depuis une sauvegarde.",
    "directory-incomplete": "L'annuaire est endommagé : restaurez le dossier depuis une sauvegarde.",
}
OTHER = "Un fichier ou un champ n'a pas la forme attendue : vérifiez les chemins et les noms (100 caractères visibles au plus)."


class AdminError(Exception):
    """The command was refused; its text says what to do."""


def explain(error: MediaError) -> str:
    """Return the French sentence for what media refused."""
    return TEXTS.get(error.code, OTHER) if isinstance(error, TrustError) else OTHER
