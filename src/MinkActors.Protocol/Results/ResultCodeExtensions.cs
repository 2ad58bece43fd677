namespace MinkActors.Protocol;

/// <summary>Sorts result codes by who failed: the path or the object.</summary>
public static class ResultCodeExtensions
{
    extension(ResultCode code)
    {
        /// <summary>Negative: the path failed. The object may have run, so a retry may run it twice.</summary>
        public bool IsTransport => code < ResultCode.Ok;

        /// <summary>1 to 9: the object answered with a code that all interfaces share.</summary>
        public bool IsGeneric => code is > ResultCode.Ok and < ResultCode.UserBase;

        /// <summary>10 and up: the object answered with a code of its own interface.</summary>
        public bool IsUser => code >= ResultCode.UserBase;

        /// <summary>Name and number for people, for example <c>Unavailable (-96)</c>; a number without a name says its layer.</summary>
        public string Describe()
        {
            var value = (int)code;
            if (code == ResultCode.UserBase || !Enum.IsDefined(code))
                return code.IsUser ? $"user {value}" : code.IsTransport ? $"transport {value}" : $"generic {value}";
            return $"{code} ({value})";
        }
    }
}
