namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>Which of the two postings a MediaTek-style provider speaks, and where its memory comes from.</summary>
public sealed record MediaTekOptions
{
    /// <summary>The 2023 series (heap <c>mtk_svp</c>); else that of 2024 (<c>restricted_mtk_cm</c>, <c>restricted_mtk_cma</c>).</summary>
    public bool IsFirstPosting { get; init; }

    /// <summary>A contiguous area of this world, lent block by block (type 2, 2024 only). Null: the provider's own carve-out (type 1).</summary>
    public (ulong Address, ulong Size)? Area { get; init; }

    /// <summary>Bytes.</summary>
    public ulong Alignment { get; init; } = SharedRegion.PageSize;
}
